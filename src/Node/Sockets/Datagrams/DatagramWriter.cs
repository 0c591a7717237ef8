using System.Net.Sockets;
using Akka.Actor;

namespace Anode.Sockets;

/// <summary>What the datagram writer needs of its owner; called on the owner's turn only.</summary>
internal interface IDatagramWriteHost
{
    void OnDatagramSent(int bytes);

    /// <summary>This one was not sent, the next ones still are.</summary>
    void OnDatagramRefused(int errno, OutgoingDatagrams from);
}

/// <summary>
/// Sends datagrams in order, one in flight. What waits is bounded by the outlets of those who send, and by
/// <paramref name="maxQueued"/>: datagrams may be lost, so what does not fit is refused.
/// </summary>
internal sealed class DatagramWriter(Socket socket, IActorRef self, IDatagramWriteHost host, int maxQueued = 4096) : IDisposable
{
    private readonly Queue<OutgoingDatagrams> _queue = new();
    private SocketAsyncEventArgs? _args;
    private Completed? _completed;
    private int _index;
    private bool _inFlight;
    private bool _ended;

    public sealed class Completed(DatagramWriter writer) : IReapable
    {
        public DatagramWriter Writer => writer;

        public void Reap() => writer.EndFlight();
    }

    public bool Idle => !_inFlight && _queue.Count == 0;

    public void Enqueue(OutgoingDatagrams outgoing)
    {
        if (_ended || _queue.Count >= maxQueued)
        {
            host.OnDatagramRefused(SocketErrors.ENOBUFS, outgoing);
            outgoing.Delivery.Release();
            return;
        }

        _queue.Enqueue(outgoing);
        if (!_inFlight)
            Send();
    }

    public void On(Completed completed)
    {
        if (!_inFlight)
            return;
        Complete(_args!.SocketError);
        Send();
    }

    public void Dispose()
    {
        _ended = true;
        if (!_inFlight)
            EndFlight();
    }

    private void Send()
    {
        while (!_inFlight && !_ended && _queue.TryPeek(out var outgoing))
        {
            if (_index == outgoing.Delivery.Count)
            {
                _queue.Dequeue();
                _index = 0;
                if (outgoing.Delivery is { Receipt: { } receipt, ReceiptTo: { } to })
                    to.Tell(receipt, self);
                outgoing.Delivery.Release();
                continue;
            }

            var range = outgoing.Delivery[_index];
            if (socket.AddressFamily == AddressFamily.Unix)
                SendNow(range, outgoing);
            else
                SendSoon(range, outgoing);
        }
    }

    /// <summary>
    /// A Unix datagram socket is blocked by the queue of one slow receiver, and waiting for it would hold up all others: what does
    /// not go at once is refused.
    /// </summary>
    private void SendNow(ByteRange range, OutgoingDatagrams outgoing)
    {
        try
        {
            socket.Blocking = false;
            socket.SendTo(range.Slab.Buffer.AsSpan(range.Offset, range.Length), SocketFlags.None, outgoing.To);
            Complete(SocketError.Success);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.WouldBlock)
        {
            Refuse(SocketErrors.EAGAIN, outgoing);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            Refuse(SocketErrors.ErrnoOf(e), outgoing);
        }
    }

    private void SendSoon(ByteRange range, OutgoingDatagrams outgoing)
    {
        if (_args is null)
        {
            _args = SocketEvents.Create();
            _completed = new Completed(this);
            _args.Completed += (_, _) => self.Tell(_completed, ActorRefs.NoSender);
        }

        _args.RemoteEndPoint = outgoing.To;
        _args.SetBuffer(range.Slab.Buffer, range.Offset, range.Length);
        _inFlight = true;
        try
        {
            if (!socket.SendToAsync(_args))
                Complete(_args.SocketError);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException or ArgumentException)
        {
            Refuse(SocketErrors.ErrnoOf(e), outgoing);
        }
    }

    private void Complete(SocketError error)
    {
        _inFlight = false;
        if (_ended)
        {
            EndFlight();
            return;
        }

        var outgoing = _queue.Peek();
        if (error != SocketError.Success)
        {
            Refuse(SocketErrors.ErrnoOf(error), outgoing);
            return;
        }

        host.OnDatagramSent(outgoing.Delivery[_index].Length);
        _index++;
    }

    private void Refuse(int errno, OutgoingDatagrams outgoing)
    {
        _inFlight = false;
        _index++;
        outgoing.Delivery.Receipt = null;
        host.OnDatagramRefused(errno, outgoing);
    }

    private void EndFlight()
    {
        _inFlight = false;
        while (_queue.TryDequeue(out var outgoing))
            outgoing.Delivery.Release();
        _args?.Dispose();
        _args = null;
    }
}
