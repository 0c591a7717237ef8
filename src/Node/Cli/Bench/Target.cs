using Anode.Cli.Bench.Wire;
using Anode.Cli.Client;
using Anode.Messages;
using Anode.Sockets.Client;

namespace Anode.Cli.Bench;

/// <summary>The server under load, what it speaks and as whom.</summary>
internal sealed record Target(NetAddress Address, WireFormat Format, Credentials Credentials, TlsClient Tls)
{
    public override string ToString() => $"{Address} ({Format.Name})";
}
