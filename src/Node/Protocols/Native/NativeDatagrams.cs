using System.Buffers.Binary;
using Anode.Protocols.Native.Wire;
using Anode.Protocols.Relay;
using Anode.Routing;
using Anode.Sockets;

namespace Anode.Protocols.Native;

/// <summary>
/// Native datagrams from addresses without a session: MSG publishes (if the endpoint lets strangers), PING is answered, HELLO begins the way
/// to a session.
/// </summary>
/// <remarks>
/// Until an address has shown that it receives what we send to it (by HELLO with the cookie from RETRY), nothing we answer is longer than
/// what it sent: a forged sender address must not turn the node into an amplifier. RETRY's cookie is sized for that: the
/// shortest HELLO there is has 12 bytes, and so has RETRY.
/// </remarks>
internal sealed class NativeDatagrams : IDatagramProtocol
{
    private readonly RelayCore _core;
    private readonly bool _strangersMayPublish;
    private readonly AddressCookies _cookies = new(TimeProvider.System);
    private readonly Fanout _fanout;

    /// <param name="core">The node's relay.</param>
    /// <param name="pool">Where encoded copies live.</param>
    /// <param name="strangersMayPublish">MSG without a session is published; never where credentials are asked for.</param>
    public NativeDatagrams(RelayCore core, SlabPool pool, bool strangersMayPublish)
    {
        _core = core;
        _strangersMayPublish = strangersMayPublish && core.Access.IsOpen;
        _fanout = new Fanout(core, null, bytes => pool.TryRent(bytes, null));
    }

    public void OnDatagram(IDatagramHost host, Slab slab, ReceivedDatagram datagram)
    {
        var body = slab.Buffer.AsSpan(datagram.Offset, datagram.Length);
        if (datagram.Truncated || !BodyReader.TryReadKind(body, out var items, out var kind, out var at))
        {
            host.Counters.CountDropped(1);
            return;
        }

        switch ((Kind)Math.Clamp(kind, 0, byte.MaxValue))
        {
            case Kind.Msg: OnMsg(host, slab, datagram, body, items, at); break;
            case Kind.Hello: OnHello(host, slab, datagram, body, items, at); break;
            case Kind.Ping: OnPing(host, datagram, body, items, at); break;
            default: host.Counters.CountDropped(1); break;
        }
    }

    public void OnBatchEnd() => _fanout.EndTurn();

    private void OnMsg(IDatagramHost host, Slab slab, ReceivedDatagram datagram, ReadOnlySpan<byte> body, int items, int at)
    {
        var limits = _core.Limits;
        if (!_strangersMayPublish
            || !BodyReader.ReadMsg(body, items, at, out var view, limits.NestingDepth).IsOk
            || view.Payload.Length > limits.PayloadBytes)
        {
            host.Counters.CountDropped(1);
            return;
        }

        var message = new Publication
        {
            Subject = view.Subject.Of(body),
            Payload = view.Payload.Of(body),
            PayloadIsString = view.PayloadIsString,
            Reply = view.Reply.Of(body),
            Headers = view.Headers.Of(body),
        };
        if (!Subject.IsSubject(message.Subject) || (Subject.IsReserved(message.Subject) && !InboxName.IsInbox(message.Subject))
            || (message.Reply.Length > 0 && !Subject.IsSubject(message.Reply)))
        {
            host.Counters.CountDropped(1);
            return;
        }

        BinaryPrimitives.WriteInt32BigEndian(slab.Buffer.AsSpan(datagram.Offset - DatagramReader.Headroom), datagram.Length);
        (message.FrameSlab, message.FrameOffset, message.FrameLength) =
            (slab, datagram.Offset - Framing.PrefixBytes, datagram.Length + Framing.PrefixBytes);
        host.Counters.CountMessagesIn(1);
        _fanout.Publish(ref message);
    }

    private void OnHello(IDatagramHost host, Slab slab, ReceivedDatagram datagram, ReadOnlySpan<byte> body, int items, int at)
    {
        if (!BodyReader.ReadHello(body, items, at, out var hello, _core.Limits.NestingDepth).IsOk)
        {
            host.Counters.CountDropped(1);
            return;
        }

        if (hello!.Cookie is { } cookie && _cookies.IsValid(datagram.From, cookie))
        {
            if (!host.OpenSession(datagram.From, new NativeClient(_core), slab, datagram))
                host.Counters.CountDropped(1);
            return;
        }

        Span<byte> retry = stackalloc byte[FrameWriter.SizeOfRetry(AddressCookies.Bytes)];
        var length = FrameWriter.Retry(retry, prefix: false, _cookies.For(datagram.From));
        if (length <= datagram.Length)
            host.Reply(retry[..length], datagram.From);
    }

    private void OnPing(IDatagramHost host, ReceivedDatagram datagram, ReadOnlySpan<byte> body, int items, int at)
    {
        if (!BodyReader.ReadToken(body, items, at, out var token, _core.Limits.NestingDepth).IsOk)
        {
            host.Counters.CountDropped(1);
            return;
        }

        // PONG means that all before it has been applied, and what came in the same batch is only gathered yet.
        _fanout.Flush();
        var raw = token.Of(body);
        var pong = new byte[FrameWriter.SizeOfToken(raw.Length)];
        var length = FrameWriter.Pong(pong, prefix: false, raw);
        if (length <= datagram.Length)
            host.Reply(pong.AsSpan(0, length), datagram.From);
    }
}
