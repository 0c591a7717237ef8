using Anode.Cli;

return await CommandLine.RunAsync(args, Terminal.OfProcess());
