using System.Collections;
using System.CommandLine;
using Anode.Hosting;
using Anode.Hosting.Configuration;

namespace Anode.Cli.Commands;

/// <summary><c>anode run</c>, and <c>anode</c> alone.</summary>
internal static class RunCommand
{
    public const string Name = "run";
    public const string Description = "Run a node until SIGTERM or Ctrl-C (also without naming the command)";

    public static CliCommand Create(Terminal terminal)
    {
        var config = new ConfigFlags();
        var readyFile = Flag.Text("--ready-file", "FILE", "Written once every required listener is bound, with the real ports; removed at the end.");
        var command = new CliCommand(Name, Description)
        {
            Synopsis = "[options]",
            Notes = "The first SIGTERM or Ctrl-C drains: no new connections, clients are told, what is queued is flushed. The second ends at once.",
            Examples =
            [
                "anode",
                "anode --listen tcp://0.0.0.0:7400 --listen unix:///run/anode.sock --http off",
                "anode run --config plant.conf --set node.limits.payload-bytes=4MiB",
                "anode run --listen 'tcp://127.0.0.1:7500?protocol=lines&publish=lab.{connection}'",
                "anode run --listen 'tcp://0.0.0.0:7401?protocol=link' --peer tcp://other:7401",
            ],
        };
        config.AddTo(command);
        command.Options.Add(readyFile);
        command.SetAction((parsed, cancellation) =>
            new NodeHost(config.Load(parsed), parsed.GetValue(readyFile), terminal.Error).RunAsync(cancellation));
        return command;
    }
}

/// <summary>What decides a node's configuration, apart from files and environment.</summary>
internal sealed class ConfigFlags
{
    private readonly Option<string?> _file = Flag.Text("--config", "FILE", "Configuration over the built-in defaults.");
    private readonly Option<string?> _name = Flag.Text("--name", "NAME", "Name of this node. Default: the host's.");

    private readonly Option<string[]> _listen = Flag.Texts(
        "--listen", "URI", "Address to listen on, with its keys as a query. Repeatable; replaces the configured list. Port 0 takes any free one.");

    private readonly Option<string[]> _peer = Flag.Texts(
        "--peer", "URI", "Node to keep a link to, where it listens with protocol=link. Repeatable; replaces the configured list.");

    private readonly Option<string?> _http = Flag.Text("--http", "HOST:PORT|off", "Address of the HTTP API. Default 127.0.0.1:7480.");
    private readonly Option<string?> _cluster = Flag.Text("--cluster", "HOST:PORT", "Be a member of a cluster, reachable by the others at this address.");

    private readonly Option<string[]> _seed = Flag.Texts(
        "--seed", "HOST:PORT", "A member to join through. Repeatable; the same list for all members. None: begin a cluster of one's own.");

    private readonly Option<string[]> _set = Flag.Texts("--set", "KEY=VALUE", "Any key of the configuration. Repeatable.");
    private readonly Option<string?> _logFormat = Flag.Text("--log-format", "text|json", "Form of the log on standard error. Default text.");
    private readonly Option<string?> _logLevel = Flag.Text("--log-level", "LEVEL", "trace, debug, info, warning or error. Default info.");

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_file, _name, _listen, _peer, _http, _cluster, _seed, _set, _logFormat, _logLevel])
            command.Options.Add(option);
    }

    public LoadedConfig Load(ParseResult parsed)
    {
        var overrides = new Overrides
        {
            Name = parsed.GetValue(_name),
            Listen = parsed.GetValue(_listen) ?? [],
            Peers = parsed.GetValue(_peer) ?? [],
            Http = parsed.GetValue(_http),
            Cluster = parsed.GetValue(_cluster),
            Seeds = parsed.GetValue(_seed) ?? [],
            LogLevel = parsed.GetValue(_logLevel),
            LogFormat = parsed.GetValue(_logFormat),
            Set = parsed.GetValue(_set) ?? [],
        };
        return OrFail(ConfigLoader.Load(parsed.GetValue(_file), EnvironmentOfProcess(), overrides));
    }

    /// <summary>All errors at once, a line each.</summary>
    public static LoadedConfig OrFail(LoadResult result) =>
        result.IsValid ? result.Config : throw CommandFailure.Usage(string.Join("\nanode: ", result.Errors));

    private static Dictionary<string, string> EnvironmentOfProcess() => Environment.GetEnvironmentVariables()
        .Cast<DictionaryEntry>()
        .ToDictionary(variable => (string)variable.Key, variable => (string?)variable.Value ?? "", StringComparer.Ordinal);
}
