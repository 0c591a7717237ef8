using System.Text.RegularExpressions;

namespace Anode.Bench.Servers;

/// <summary>nats-server with its defaults, on loopback and a port of its choosing.</summary>
internal sealed partial class NatsServer : Server
{
    private const string Program = "nats-server";
    private volatile string? _port;

    public NatsServer()
        : base(Find()!, ["--addr", "127.0.0.1", "--port", "-1"]) => AwaitReady(() => _port is not null);

    public static string? Find() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Select(folder => Path.Combine(folder, Program)).FirstOrDefault(File.Exists);

    public override string UriFor(string protocol) => $"tcp://127.0.0.1:{_port}?protocol=nats";

    protected override void Said(string? line)
    {
        if (line is not null && Listening().Match(line) is { Success: true } match)
            _port = match.Groups[1].Value;
    }

    [GeneratedRegex(@"Listening for client connections on 127\.0\.0\.1:(\d+)")]
    private static partial Regex Listening();
}
