using Anode.Messages;

namespace Anode.Hosting.Configuration;

/// <summary>What the kernel is told about an endpoint's sockets, listening or dialled.</summary>
internal sealed record SocketTuning
{
    /// <summary><c>TCP_NODELAY</c>.</summary>
    public required bool NoDelay { get; init; }

    /// <summary>Null: off.</summary>
    public required KeepAliveOptions? KeepAlive { get; init; }

    /// <summary><c>SO_RCVBUF</c>; 0 leaves the kernel's own, which grows with use.</summary>
    public required long ReceiveBufferBytes { get; init; }

    /// <summary><c>SO_SNDBUF</c>; 0 leaves the kernel's own, which grows with use, except towards a peer on this machine.</summary>
    public required long SendBufferBytes { get; init; }

    public static SocketTuning Map(Fields<SocketTuning> fields, NetAddress address)
    {
        var tcp = fields.Only(address.Scheme is Scheme.Tcp or Scheme.Tls, "it is for tcp:// and tls:// only");
        return new()
        {
            NoDelay = tcp.Switch("no-delay", o => o.NoDelay),
            KeepAlive = tcp.BlockOrOff("keep-alive", o => o.KeepAlive, KeepAliveOptions.Map),
            ReceiveBufferBytes = fields.Bytes("receive-buffer-bytes", o => o.ReceiveBufferBytes, 0, Bounds.GiB),
            SendBufferBytes = fields.Bytes("send-buffer-bytes", o => o.SendBufferBytes, 0, Bounds.GiB),
        };
    }
}
