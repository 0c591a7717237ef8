using System.Net;
using Akka.Actor;
using Anode.Sockets;

namespace Anode.Faults;

/// <summary>Both directions of one datagram socket under faults. A datagram is a frame; what is held back too long is lost, as datagrams may be.</summary>
internal sealed class DatagramSeam : IDatagramSeam, IPipeHost
{
    private const long HeldBytes = 4 * 1024 * 1024;

    private readonly FaultBoard _board;
    private readonly IDatagramSeamHost _host;
    private readonly Pipe _in;
    private readonly Pipe _out;
    private readonly List<(Piece Piece, EndPoint From)> _arrived = [];

    public DatagramSeam(FaultBoard board, IDatagramSeamHost host)
    {
        (_board, _host) = (board, host);
        (_in, _out) = (new Pipe(this, null), new Pipe(this, null));
        Refresh();
    }

    public IActorRef Self => _host.Self;

    public DelayLine Line => _board.Line;

    public bool IsDatagram => true;

    public void OnBatch(DatagramBatch batch)
    {
        foreach (var datagram in batch.Datagrams)
        {
            if (_in.HeldBytes < HeldBytes)
                _in.Feed(batch.Slab.Buffer.AsSpan(datagram.Offset, datagram.Length), new Trailer { Peer = datagram.From, Truncated = datagram.Truncated });
        }

        batch.Release();
    }

    public void Send(OutgoingDatagrams outgoing)
    {
        var delivery = outgoing.Delivery;
        for (var i = 0; i < delivery.Count && _out.HeldBytes < HeldBytes; i++)
        {
            var range = delivery[i];
            _out.Feed(range.Slab.Buffer.AsSpan(range.Offset, range.Length), new Trailer { Peer = outgoing.To });
        }

        if (delivery is { Receipt: { } receipt, ReceiptTo: { } to })
            to.Tell(receipt, Self);
        delivery.Release();
    }

    public void Refresh()
    {
        var faults = _board.Of(_host);
        _in.Set([.. faults.Where(fault => fault.Spec.Direction != FaultDirection.Out)], (fault, pipe) => Begin(fault, pipe, 0));
        _out.Set([.. faults.Where(fault => fault.Spec.Direction != FaultDirection.In)], (fault, pipe) => Begin(fault, pipe, 1));
    }

    public void Drop()
    {
        _in.Drop();
        _out.Drop();
        _arrived.Clear();
    }

    void IPipeHost.Leave(Pipe pipe, in Piece piece)
    {
        var peer = piece.Trailer!.Peer!;
        if (pipe == _in)
        {
            _arrived.Add((piece, peer));
            return;
        }

        var slab = Slab.Foreign(piece.Buffer);
        var delivery = Delivery.Rent();
        delivery.Append(slab, piece.Offset, piece.Length);
        slab.Release();
        _host.Write(new OutgoingDatagrams(delivery, peer));
    }

    /// <summary>All that is due at once is one batch, as it is from the socket.</summary>
    void IPipeHost.AfterLeaving(Pipe pipe)
    {
        if (_arrived.Count == 0)
            return;
        var slab = Slab.Foreign(new byte[_arrived.Sum(arrived => DatagramReader.Headroom + arrived.Piece.Length)]);
        var batch = DatagramBatch.Rent(slab);
        var fill = 0;
        foreach (var (piece, from) in _arrived)
        {
            fill += DatagramReader.Headroom;
            piece.Span.CopyTo(slab.Buffer.AsSpan(fill));
            batch.Datagrams.Add(new ReceivedDatagram(fill, piece.Length, from, piece.Trailer!.Truncated));
            fill += piece.Length;
        }

        _arrived.Clear();
        slab.Release();
        _host.Deliver(batch);
    }

    void IPipeHost.OnLost(Pipe pipe, in Piece piece)
    {
    }

    void IPipeHost.Close()
    {
    }

    void IPipeHost.Reset()
    {
    }

    private Stage? Begin(ActiveFault fault, IPipe pipe, int direction)
    {
        var context = new StageContext(fault, fault.DiceFor(-1 - direction), pipe);
        return fault.Spec.Shape switch
        {
            StreamShape shape => shape.Begin(context),
            FrameShape shape => shape.Begin(context),
            _ => null,
        };
    }
}
