using System.CommandLine;
using System.CommandLine.Parsing;
using Anode.Cli.Client;
using Anode.Messages;

namespace Anode.Cli.Commands;

/// <summary>Which node a client command speaks to, and as whom.</summary>
internal sealed class ServerFlags
{
    private static readonly NetAddress Default = NetAddress.Parse("tcp://127.0.0.1:7400");

    private readonly Option<NetAddress[]> _servers = new("--server")
    {
        Description = $"Node to use: tcp://HOST:PORT, tls://HOST:PORT or unix:///path. Repeatable, the first that answers is taken. Default {Default}.",
        HelpName = "URI",
        CustomParser = Parse,
    };

    private readonly Option<string?> _user = Flag.Text("--user", "NAME", "User, with --password.");
    private readonly Option<string?> _password = Flag.Text("--password", "TEXT", "Password of --user.");

    private readonly TokenFlag _token = new();
    private readonly TlsFlags _tls = new();

    public ServerFlags AddTo(Command command)
    {
        command.Options.Add(_servers);
        _token.AddTo(command);
        command.Options.Add(_user);
        command.Options.Add(_password);
        _tls.AddTo(command);
        return this;
    }

    public Servers Of(ParseResult parsed)
    {
        var addresses = parsed.GetValue(_servers);
        return new Servers(
            addresses is { Length: > 0 } ? addresses : [Default],
            new Credentials(_token.Of(parsed), parsed.GetValue(_user), parsed.GetValue(_password)),
            _tls.Of(parsed));
    }

    private static NetAddress[] Parse(ArgumentResult result)
    {
        var addresses = new List<NetAddress>();
        foreach (var token in result.Tokens)
        {
            if (!NetAddress.TryParse(token.Value, out var address, out var error))
                result.AddError($"--server: {error}");
            else if (address.Scheme is not (Scheme.Tcp or Scheme.Tls or Scheme.Unix) || address is { IsUnix: false, Port: 0 })
                result.AddError($"--server: '{address}' is not tcp://HOST:PORT, tls://HOST:PORT or unix:///path, which is what the commands speak");
            else
                addresses.Add(address);
        }

        return [.. addresses];
    }
}
