using Anode.Cli.Bench.Commands;
using Anode.Cli.Commands;

namespace Anode.Cli;

/// <summary>A command that is known by its name and built only when it is called, or all are shown.</summary>
internal sealed record CommandEntry(string Name, string Description, Func<Terminal, CliCommand> Create);

/// <summary>All commands, in the order of help.</summary>
internal static class CommandTable
{
    public static readonly CommandEntry[] All =
    [
        new(RunCommand.Name, RunCommand.Description, RunCommand.Create),
        new(PubCommand.Name, PubCommand.Description, PubCommand.Create),
        new(SubCommand.Name, SubCommand.Description, SubCommand.Create),
        new(RequestCommand.Name, RequestCommand.Description, RequestCommand.Create),
        new(ReplyCommand.Name, ReplyCommand.Description, ReplyCommand.Create),
        new(BenchCommand.Name, BenchCommand.Description, BenchCommand.Create),
        new(StatusCommand.Name, StatusCommand.Description, StatusCommand.Create),
        new(EndpointsCommand.Name, EndpointsCommand.Description, EndpointsCommand.Create),
        new(ConnectionsCommand.Name, ConnectionsCommand.Description, ConnectionsCommand.Create),
        new(LinksCommand.Name, LinksCommand.Description, LinksCommand.Create),
        new(TraceCommand.Name, TraceCommand.Description, TraceCommand.Create),
        new(ClusterCommand.Name, ClusterCommand.Description, ClusterCommand.Create),
        new(EndpointCommand.Name, EndpointCommand.Description, EndpointCommand.Create),
        new(FaultCommand.Name, FaultCommand.Description, FaultCommand.Create),
        new(ExperimentCommand.Name, ExperimentCommand.Description, ExperimentCommand.Create),
        new(ConfigCommand.Name, ConfigCommand.Description, ConfigCommand.Create),
    ];
}
