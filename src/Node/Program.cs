using Anode.Hosting;
using Anode.Hosting.Configuration;

var loaded = ConfigLoader.Load(null, new Dictionary<string, string>(), Overrides.None);
return await new NodeHost(loaded.Config!, args.FirstOrDefault(), Console.Error).RunAsync(CancellationToken.None);
