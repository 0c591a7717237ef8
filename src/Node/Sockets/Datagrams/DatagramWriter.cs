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
/// Sends datagrams in order, as many at once as the kernel takes. What waits is bounded by the outlets of those who send, and by
/// <paramref name="maxQueued"/>: datagrams may be lost, so what does not fit is refused.
/// </summary>
internal sealed class DatagramWriter(Socket socket, Readiness readiness, IActorRef self, IDatagramWriteHost host, int maxQueued = 4096) : IDisposable
{
    private readonly Queue<OutgoingDatagrams> _queue = new();
    private readonly PeerAddresses _peers = new(socket.AddressFamily);
    private int _index;
    private bool _waiting;
    private bool _ended;

    public bool Idle => _queue.Count == 0;

    public void Enqueue(OutgoingDatagrams outgoing)
    {
        if (_ended || _queue.Count >= maxQueued)
        {
            host.OnDatagramRefused(SocketErrors.ENOBUFS, outgoing);
            outgoing.Delivery.Release();
            return;
        }

        _queue.Enqueue(outgoing);
        Send();
    }

    /// <summary>The kernel takes more.</summary>
    public void OnReady()
    {
        _waiting = false;
        Send();
    }

    public void Dispose()
    {
        _ended = true;
        while (_queue.TryDequeue(out var outgoing))
            outgoing.Delivery.Release();
    }

    private void Send()
    {
        if (_waiting)
            return;
        var calls = DatagramCalls.Rent();
        try
        {
            while (!_waiting && !_ended && Gather(calls))
                Settle(calls.Send(socket));
        }
        finally
        {
            DatagramCalls.Return(calls);
        }
    }

    /// <returns>False when nothing is left to send.</returns>
    private bool Gather(DatagramCalls calls)
    {
        var count = 0;
        var index = _index;
        foreach (var outgoing in _queue)
        {
            var to = _peers.Of(outgoing.To);
            for (; index < outgoing.Delivery.Count && count < calls.Capacity; index++, count++)
            {
                var range = outgoing.Delivery[index];
                calls.Add(new ArraySegment<byte>(range.Slab.Buffer, range.Offset, range.Length), to);
            }

            if (count == calls.Capacity)
                break;
            index = 0;
        }

        return count > 0;
    }

    private void Settle(int sent)
    {
        for (; sent > 0; sent--)
            Next(0);
        if (sent == 0 || sent == -SocketErrors.EINTR)
            return;
        // A Unix datagram socket is blocked by the queue of one slow receiver, and waiting for it would hold up all others: what does not go
        // at once is refused.
        if (sent == -SocketErrors.EAGAIN && socket.AddressFamily != AddressFamily.Unix)
            _waiting = !readiness.AwaitWrite(0);
        else
            Next(-sent);
    }

    /// <summary>The first one that waited has been sent, or was refused.</summary>
    private void Next(int errno)
    {
        var outgoing = _queue.Peek();
        var bytes = outgoing.Delivery[_index++].Length;
        if (errno != 0)
            outgoing.Delivery.Receipt = null;
        // Off the queue before the host hears of it: what it sends in answer must find the queue as it is.
        if (_index == outgoing.Delivery.Count)
        {
            _queue.Dequeue();
            _index = 0;
        }

        if (errno == 0)
            host.OnDatagramSent(bytes);
        else
            host.OnDatagramRefused(errno, outgoing);
        if (_index != 0)
            return;
        if (outgoing.Delivery is { Receipt: { } receipt, ReceiptTo: { } to })
            to.Tell(receipt, self);
        outgoing.Delivery.Release();
    }
}
