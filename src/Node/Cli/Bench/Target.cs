using Anode.Cli.Bench.Wire;
using Anode.Cli.Client;
using Anode.Messages;

namespace Anode.Cli.Bench;

/// <summary>The server under load, what it speaks and as whom.</summary>
internal sealed record Target(NetAddress Address, WireFormat Format, Credentials Credentials)
{
    public override string ToString() => $"{Address} ({Format.Name})";
}
