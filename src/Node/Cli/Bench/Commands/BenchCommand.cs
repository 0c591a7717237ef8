namespace Anode.Cli.Bench.Commands;

/// <summary><c>anode bench</c>: one load generator for nodes and nats-server alike.</summary>
internal static class BenchCommand
{
    public const string Name = "bench";
    public const string Description = "Put a load on a node or a NATS server, measure and check it";

    public static CliCommand Create(Terminal terminal) => new(Name, Description)
    {
        PubSubCommand.Create(terminal),
        RequestLoadCommand.Create(terminal),
        ConnectCommand.Create(terminal),
        IdleCommand.Create(terminal),
        DatagramCommand.Create(terminal),
    };
}
