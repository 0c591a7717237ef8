using Anode.Cli.Client;

namespace Anode.Cli.Bench.Wire;

/// <summary>
/// A relay that only copies bytes: its first byte says who a connection is, and then come the same frames as natively, so that bytes per
/// second compare like with like.
/// </summary>
internal sealed class BareFormat : NativeFormat
{
    public override string Name => "bare";

    public override bool HasSessions => false;

    public override ReadOnlySpan<byte> Ping => default;

    public override byte[] Hello(Role role, Credentials credentials) =>
    [
        role switch
        {
            Role.Publisher => (byte)'P',
            Role.Subscriber => (byte)'S',
            _ => (byte)'E',
        },
    ];

    public override byte[] Subscribe(long sid, ReadOnlySpan<byte> subject, ReadOnlySpan<byte> queue) => [];

    public override byte[] Unsubscribe(long sid) => [];

    public override string InboxOf(string greeting, string own) => "";
}
