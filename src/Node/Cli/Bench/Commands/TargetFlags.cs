using System.CommandLine;
using System.CommandLine.Parsing;
using Anode.Cli.Bench.Wire;
using Anode.Cli.Client;
using Anode.Cli.Commands;
using Anode.Messages;

namespace Anode.Cli.Bench.Commands;

/// <summary>Which server is put under load, and what it speaks: by flag, by the URI's query as listeners have it, or by NATS's usual port.</summary>
internal sealed class TargetFlags
{
    private const int NatsPort = 4222;
    private const string Default = "tcp://127.0.0.1:7400";
    private const string Protocols = "native, nats or bare";

    private readonly Option<Address?> _server;
    private readonly Option<WireFormat?> _protocol = new("--protocol")
    {
        Description = "What it speaks. Default: what the URI says, else nats on port 4222, else native.",
        HelpName = "native|nats|bare",
        CustomParser = ParseProtocol,
    };

    private readonly Option<string?> _user = Flag.Text("--user", "NAME", "User, with --password.");
    private readonly Option<string?> _password = Flag.Text("--password", "TEXT", "Password of --user.");
    private readonly TokenFlag _token = new();
    private readonly TlsFlags _tls = new();

    // Only of loads that have subscribers.
    private readonly Option<Address?> _subscribeAt = new("--subscribe-at")
    {
        Description = "Server of the subscribers, when it is another one that --server passes messages on to. Default: --server.",
        HelpName = "URI",
        CustomParser = ParseServer,
    };

    public TargetFlags() => _server = new Option<Address?>("--server")
    {
        Description = $"Server to use: tcp://HOST:PORT, tls://HOST:PORT or unix:///path, with ?protocol=nats if need be. Default {Default}.",
        HelpName = "URI",
        CustomParser = ParseServer,
    };

    public TargetFlags AddTo(Command command)
    {
        command.Options.Add(_server);
        command.Options.Add(_protocol);
        _token.AddTo(command);
        command.Options.Add(_user);
        command.Options.Add(_password);
        _tls.AddTo(command);
        return this;
    }

    public TargetFlags AddSubscribersTo(Command command)
    {
        command.Options.Add(_subscribeAt);
        return this;
    }

    public Target Of(ParseResult parsed) => Of(parsed, parsed.GetValue(_server) ?? new Address(NetAddress.Parse(Default), null));

    /// <summary>Null: the subscribers' server is that of the publishers.</summary>
    public Target? SubscribersOf(ParseResult parsed) => parsed.GetValue(_subscribeAt) is { } server ? Of(parsed, server) : null;

    private Target Of(ParseResult parsed, Address server)
    {
        var format = parsed.GetValue(_protocol) ?? server.Format ?? (server.Uri.Port == NatsPort ? new NatsFormat() : new NativeFormat());
        return new Target(server.Uri, format, new Credentials(_token.Of(parsed), parsed.GetValue(_user), parsed.GetValue(_password)), _tls.Of(parsed));
    }

    private static Address? ParseServer(ArgumentResult result)
    {
        var text = result.Tokens[^1].Value;
        var question = text.IndexOf('?', StringComparison.Ordinal);
        WireFormat? format = null;
        if (!NetAddress.TryParse(question < 0 ? text : text[..question], out var address, out var error))
            result.AddError($"{NameOf(result)}: {error}");
        else if (address.Scheme is not (Scheme.Tcp or Scheme.Tls or Scheme.Unix) || address is { IsUnix: false, Port: 0 })
            result.AddError($"{NameOf(result)}: '{address}' is not tcp://HOST:PORT, tls://HOST:PORT or unix:///path, which is what can be put under this load");
        else if (question >= 0 && !TryQuery(text[(question + 1)..], out format))
            result.AddError($"{NameOf(result)}: '{text[question..]}' is not ?protocol=, which is {Protocols}");
        else
            return new Address(address, format);
        return null;
    }

    private static string NameOf(ArgumentResult result) => (result.Parent as OptionResult)?.Option.Name ?? "--server";

    private static bool TryQuery(string query, out WireFormat? format)
    {
        const string Key = "protocol=";
        format = query.StartsWith(Key, StringComparison.Ordinal) ? FormatOf(query[Key.Length..]) : null;
        return format is not null;
    }

    private static WireFormat? ParseProtocol(ArgumentResult result)
    {
        var format = FormatOf(result.Tokens[^1].Value);
        if (format is null)
            result.AddError($"--protocol: '{result.Tokens[^1].Value}' is not {Protocols}");
        return format;
    }

    private static WireFormat? FormatOf(string name) => name switch
    {
        "native" => new NativeFormat(),
        "nats" => new NatsFormat(),
        "bare" => new BareFormat(),
        _ => null,
    };

    /// <param name="Uri">Without its query.</param>
    /// <param name="Format">What the query says; null if nothing.</param>
    private sealed record Address(NetAddress Uri, WireFormat? Format);
}
