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

    public long ReadAllowance => _credit;

    public void OnOpen(IConnection connection)
    {
        _connection = connection;
        connection.Watch(_owner);
        Tell(hello(connection.Record));
    }

    public int OnBytes(Slab slab, int offset, int length, out int needed)
    {
        needed = 0;
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
            case Sock.Shutdown { How: Direction.Receive }: _credit = 0; return true;
            case Sock.Shutdown: _connection.ShutdownSend(); return true;
            case Sock.Close: _connection.Close(CloseReason.Requested); return true;
            case Sock.Abort: _connection.Abort(CloseReason.Aborted); return true;
            case Sock.Own: Own(_connection.Sender); return true;
            case Sock.GetHostName: _connection.Sender.Tell(new Sock.HostName(Dns.GetHostName()), _connection.Self); return true;
            case Sock.ICommand command: Fail(command, SocketErrors.EISCONN); return true;
            case Terminated ended when ended.ActorRef.Equals(_owner): _connection.Abort(CloseReason.OwnerGone); return true;
            case Terminated: return true;
            default: return false;
        }
    }

    public void OnClosing(CloseReason reason, string? text)
    {
        // The stream is the owner's: there are no last words of ours to put into it.
    }

    public void OnClosed(CloseReason reason, int errno) => Tell(new Sock.Closed(reason, errno));

    public void OnDrain() => _connection.Close(CloseReason.ShuttingDown);

    private void Send(Sock.Send send)
    {
        if (!_connection.IsOpen)
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
