using System.Net;
using Akka.Actor;
using Anode.Messages;

namespace Anode.Sockets;

/// <summary>
/// The protocol of a socket that another actor drives: bytes become <see cref="Sock.Received"/>, commands become bytes. Reads only on
/// credit; the owner's end is the socket's end.
/// </summary>
internal sealed class HandlerProtocol(IActorRef owner, Func<ConnectionRecord, Sock.IEvent> hello, Sock.Options options) : IConnectionProtocol
{
    private IConnection _connection = null!;
    private IActorRef _owner = owner;
    private long _credit;
    private bool _deaf;
    private bool _finished;

    public long ReadAllowance => _deaf ? 0 : _credit;

    public bool WaitsForPeer => true;

    public void OnOpen(IConnection connection)
    {
        _connection = connection;
        connection.Watch(_owner);
        Tell(hello(connection.Record));
    }

    public int OnBytes(Slab slab, int offset, int length, out int needed)
    {
        needed = 0;
        if (_deaf)
            return length; // of the read that was under way when receiving was shut down
        _credit -= length;
        // The owner may keep the bytes for as long as it likes, or be on another node: it gets its own copy.
        Tell(new Sock.Received(slab.Buffer.AsSpan(offset, length).ToArray()));
        return length;
    }

    public void OnEnd(ReadOnlySpan<byte> rest) => Tell(new Sock.PeerClosed());

    public bool OnMessage(object message)
    {
        switch (message)
        {
            case Sock.Send send: Send(send); return true;
            case Sock.ReadMore more: ReadMore(more); return true;
            case Sock.Shutdown shutdown: Shutdown(shutdown.How); return true;
            case Sock.Close: _connection.Close(CloseReason.Requested); return true;
            case Sock.Abort: _connection.Abort(CloseReason.Aborted); return true;
            case Sock.Own: Own(_connection.Sender); return true;
            case Sock.GetHostName: _connection.Sender.Tell(new Sock.HostName(Dns.GetHostName()), _connection.Self); return true;
            case Sock.Connect or Sock.SendTo: Fail((Sock.ICommand)message, SocketErrors.EISCONN); return true;
            case Sock.ICommand command: Fail(command, SocketErrors.EINVAL); return true;
            case Terminated ended when ended.ActorRef.Equals(_owner): OnOwnerGone(); return true;
            case Terminated: return true;
            default: return false;
        }
    }

    public void OnClosing(CloseReason reason, string? text)
    {
        // The stream is the owner's: there are no last words of ours to put into it.
    }

    public void OnClosed(CloseReason reason, int errno) => Tell(new Sock.Closed(reason, errno));

    private void Send(Sock.Send send)
    {
        if (_finished || !_connection.IsOpen)
        {
            Fail(send, SocketErrors.EPIPE);
            return;
        }

        if (_connection.Outlet.PendingBytes + send.Bytes.Length > options.SendQueueBytes)
        {
            Fail(send, SocketErrors.ENOBUFS);
            return;
        }

        _connection.Send(Wrap(send.Bytes, send.Receipt is { } receipt ? new Sock.Sent(receipt) : null, _connection.Sender));
    }

    private void ReadMore(Sock.ReadMore more)
    {
        if (more.Credit <= 0)
        {
            Fail(more, SocketErrors.EINVAL);
            return;
        }

        _credit += Math.Min(more.Credit, long.MaxValue - _credit);
        _connection.ResumeReading();
    }

    /// <summary>With both directions shut the socket has nothing left to do but to end.</summary>
    private void Shutdown(Direction how)
    {
        _deaf |= how != Direction.Send;
        _finished |= how != Direction.Receive;
        if (_deaf && _finished)
            _connection.Close(CloseReason.Requested);
        else if (_finished)
            _connection.ShutdownSend();
    }

    private void OnOwnerGone()
    {
        _owner = ActorRefs.Nobody;
        _connection.Abort(CloseReason.OwnerGone);
    }

    private void Own(IActorRef owner)
    {
        _connection.Unwatch(_owner);
        _owner = owner;
        _connection.Watch(owner);
    }

    private void Fail(Sock.ICommand command, int errno) => _connection.Sender.Tell(SocketErrors.Failed(command, errno), _connection.Self);

    private void Tell(Sock.IEvent message) => _owner.Tell(message, _connection.Self);

    /// <summary>A delivery around bytes that live in an array of their own.</summary>
    internal static Delivery Wrap(ReadOnlyMemory<byte> bytes, object? receipt, IActorRef? receiptTo)
    {
        var array = System.Runtime.InteropServices.MemoryMarshal.TryGetArray(bytes, out var segment)
            ? segment
            : new ArraySegment<byte>(bytes.ToArray());
        var slab = Slab.Foreign(array.Array ?? []);
        var delivery = Delivery.Rent();
        delivery.Append(slab, array.Offset, array.Count);
        slab.Release();
        delivery.Receipt = receipt;
        delivery.ReceiptTo = receiptTo;
        return delivery;
    }
}
