using Akka.Actor;
using Anode.Messages;
using Anode.Sockets;

namespace Anode.Protocols.Proxy;

/// <summary>
/// One half of a proxied connection: what its peer sends goes to the other half, and how its peer ends becomes how the other one does.
/// <code>
/// client  ⇄  conn-17 ProxyClient  ⇄  out-18 ProxyUpstream  ⇄  server
/// </code>
/// Bytes are passed on as they lie in the receive slab: one message for each read, nothing copied, nothing looked at.
/// </summary>
/// <remarks>
/// <para>Memory: a half is not read while more than <see cref="MarkBytes"/> of its bytes wait at the other; so a slow peer slows the one it is talking to, as it would
/// without a node between them, and is never closed for it.</para>
/// <para>Endings: FIN is passed on behind the bytes before it, and the other direction goes on. A half that is reset, crashes or fails resets the other; one that is
/// closed from above in good order has the other closed so, too.</para>
/// </remarks>
internal abstract class ProxyHalf : IConnectionProtocol
{
    /// <summary>Enough to keep a peer busy while the other half is told to go on: the kernel's own buffers are larger.</summary>
    internal const int MarkBytes = 256 * 1024;

    /// <summary>The same in reads, for a peer that sends single bytes: each costs more to keep than it is.</summary>
    internal const int MarkReads = 512;

    /// <summary>How long a peer may take none of its last bytes after the other half has gone.</summary>
    private static readonly TimeSpan LastBytesPatience = TimeSpan.FromSeconds(30);

    private IActorRef? _other;
    private Outlet? _outlet;
    private int _ahead;
    private bool _paused;
    private bool _asked;
    private bool _told;
    private bool _heard;
    private ICancelable? _lastBytes;

    public long ReadAllowance => _outlet is null || _paused ? 0 : long.MaxValue;

    public bool WaitsForPeer => true;

    protected IConnection Connection { get; private set; } = null!;

    public virtual void OnOpen(IConnection connection) => Connection = connection;

    public int OnBytes(Slab slab, int offset, int length, out int needed)
    {
        needed = 0;
        var outlet = _outlet!;
        if (outlet.PendingBytes == 0)
            _ahead = 0;
        var delivery = Delivery.Rent();
        delivery.Append(slab, offset, length, messages: 0);
        outlet.Post(delivery);
        if (++_ahead >= MarkReads || outlet.PendingBytes >= MarkBytes)
        {
            _paused = true;
            Tell(GetEmptied.Instance);
        }

        return length;
    }

    public void OnEnd(ReadOnlySpan<byte> rest) => Tell(new PeerEnded());

    public virtual bool OnMessage(object message)
    {
        switch (message)
        {
            case GetEmptied: OnAsked(); return true;
            case Emptied: OnEmptied(); return true;
            case PeerEnded: _heard = true; Connection.ShutdownSend(); return true;
            case Ending ending: _heard = true; Connection.Close(ending.Reason); return true;
            case Torn: OnTorn(); return true;
            case Tear: Connection.Abort(CloseReason.OtherHalfEnded); return true;
            case Terminated when _heard: WatchLastBytes(); return true;
            case Terminated: OnTorn(); return true;
            case Left left when left.BytesOut == Connection.Record.BytesOut: Connection.Abort(CloseReason.SlowConsumer); return true;
            case Left: WatchLastBytes(); return true;
            default: return false;
        }
    }

    public void OnSent()
    {
        if (!_asked)
            return;
        _asked = false;
        Tell(Emptied.Instance);
    }

    /// <summary>With both streams at their ends the other half has heard all, and is only to send what it still has.</summary>
    public void OnClosing(CloseReason reason, string? text)
    {
        _told = true;
        if (reason != CloseReason.PeerClosed)
            Tell(new Ending(reason is CloseReason.ShuttingDown or CloseReason.EndpointStopped ? reason : CloseReason.OtherHalfEnded));
    }

    public virtual void OnClosed(CloseReason reason, int errno)
    {
        _lastBytes?.Cancel();
        if (!_told)
            Tell(new Torn());
    }

    /// <summary>From here on there is somebody to pass bytes on to; its end is heard of, whatever it is.</summary>
    protected void Join(IActorRef other, Outlet outlet)
    {
        (_other, _outlet) = (other, outlet);
        Connection.Watch(other);
    }

    private void Tell(object message) => _other?.Tell(message, ActorRefs.NoSender);

    private void OnAsked()
    {
        _asked = Connection.Outlet.PendingBytes > 0;
        if (!_asked)
            Tell(Emptied.Instance);
    }

    private void OnEmptied()
    {
        (_paused, _ahead) = (false, 0);
        Connection.ResumeReading();
    }

    /// <summary>What came before the end is given one chance to leave: what would send it is in the mailbox already.</summary>
    private void OnTorn()
    {
        _heard = true;
        Connection.Self.Tell(new Tear(), ActorRefs.NoSender);
    }

    /// <summary>Nobody is left who would be slowed: a peer that takes none of what it is still to get would keep it for ever.</summary>
    private void WatchLastBytes() => _lastBytes = Connection.After(LastBytesPatience, new Left(Connection.Record.BytesOut));

    /// <summary>I have paused: tell me when your peer has taken all.</summary>
    private sealed class GetEmptied : IReapable
    {
        public static readonly GetEmptied Instance = new();
    }

    private sealed class Emptied : IReapable
    {
        public static readonly Emptied Instance = new();
    }

    /// <summary>My peer sends no more; FIN, behind what I have posted.</summary>
    private sealed class PeerEnded : IReapable;

    /// <summary>I am being closed in good order.</summary>
    private sealed record Ending(CloseReason Reason) : IReapable;

    /// <summary>I have ended, and not in good order.</summary>
    protected sealed class Torn : IReapable;

    private sealed class Tear : IReapable;

    /// <summary>So many bytes had gone some time ago.</summary>
    private sealed record Left(long BytesOut) : IReapable;
}
