using Anode.Mesh;
using Anode.Protocols.Link.Wire;
using Anode.Protocols.Relay;
using Anode.Sockets;

namespace Anode.Protocols.Link;

/// <summary>Messages that come over the link.</summary>
internal sealed partial class LinkClient
{
    private const int MaxInbound = 4096;

    private readonly Dictionary<byte[], Inbound> _inbound = new(Utf8Key.Comparer);
    private readonly List<Settled> _settled = [];
    private Inflow _normal = null!;
    private Inflow _bulkIn = null!;
    private Slab? _pieces; // of the bulk lane, up to the end of a message
    private int _piecesFill;
    private long _dataBytes;
    private long _confirmedBytes;
    private bool _ackQueued;
    private int _messages;

    private MessageLimits Limits => core.Limits;

    private RelayCore Core => core;

    private void EndTurn()
    {
        if (_messages > 0)
            _connection.Record.CountMessagesIn(_messages);
        _messages = 0;
        foreach (var inbound in _inbound.Values)
        {
            inbound.Fanout.EndTurn();
            SendReceipts(inbound);
        }

        if (_settled.Count > 0)
            ReceiptDesk.Tell(_settled);
        if (_dataBytes - _confirmedBytes >= _mesh.Settings.CreditBytes / 4)
            SendAck();
        else if (_dataBytes > _confirmedBytes && !_ackQueued && _connection.IsOpen)
            (_ackQueued, _) = (true, _connection.After(AckAfter, Tick.Ack));
    }

    /// <summary>By whichever way leads to the origin; what gets lost there is asked for again.</summary>
    private void SendReceipts(Inbound inbound)
    {
        if (inbound.Receipts.Count == 0)
            return;
        if (_mesh.View.LinkTo(inbound.Passage.Origin) is { } link)
            link.Post(LinkFrames.Receipt(inbound.Passage.Origin, inbound.Passage.Incarnation, core.Node, inbound.Receipts));
        inbound.Receipts.Clear();
    }

    private bool OnReceipt(ReadOnlySpan<byte> body)
    {
        var receipts = new List<(long Number, long Receivers)>();
        if (!LinkReader.TryReadReceipt(body, out var to, out var incarnation, out var from, receipts))
            return false;
        if (to != core.Node)
        {
            _mesh.View.LinkTo(to)?.Post(LinkFrames.Receipt(to, incarnation, from, receipts));
            return true;
        }

        if (incarnation != _mesh.Incarnation)
            return true;
        foreach (var (number, receivers) in receipts)
            _mesh.Receipts.On(from, number, receivers, _settled);
        return true;
    }

    private void OnAckDue()
    {
        _ackQueued = false;
        if (_connection.IsOpen && _dataBytes > _confirmedBytes)
            SendAck();
    }

    private void SendAck()
    {
        _confirmedBytes = _dataBytes;
        Send(LinkFrames.Ack(_dataBytes));
    }

    /// <summary>The bulk lane is a stream of its own, cut into pieces: they are put together until a message is whole.</summary>
    private bool OnPiece(ReadOnlySpan<byte> body)
    {
        if (!LinkReader.TryReadPiece(body, out var piece))
            return false;
        // Made longer as bytes come, never on the word of a length.
        _dataBytes += piece.Length;
        EnsurePieces(_piecesFill + piece.Length);
        piece.Of(body).CopyTo(_pieces!.Buffer.AsSpan(_piecesFill));
        _piecesFill += piece.Length;
        var consumed = _bulkIn.Read(_pieces, 0, _piecesFill, out _);
        if (!_connection.IsOpen)
            return true;
        if (consumed == _piecesFill)
        {
            _pieces.Release();
            (_pieces, _piecesFill) = (null, 0);
        }
        else if (consumed > 0)
        {
            // Ranges of it are on their way: what is left over moves to another.
            var rest = _pieces;
            (_pieces, var left) = (null, _piecesFill - consumed);
            EnsurePieces(left);
            rest.Buffer.AsSpan(consumed, left).CopyTo(_pieces!.Buffer);
            _piecesFill = left;
            rest.Release();
        }

        return true;
    }

    private void EnsurePieces(int bytes)
    {
        if (_pieces is not null && _pieces.Length >= bytes)
            return;
        // Not from the connection's credit: it would stop reading, and so never get the rest.
        var larger = Slab.Foreign(GC.AllocateUninitializedArray<byte>(SlabPool.SizeFor(bytes)));
        _pieces?.Buffer.AsSpan(0, _piecesFill).CopyTo(larger.Buffer);
        _pieces?.Release();
        _pieces = larger;
    }

    private void DropData()
    {
        _pieces?.Release();
        _pieces = null;
        foreach (var inbound in _inbound.Values)
            inbound.Fanout.Forget();
        _inbound.Clear();
        while (_bulk.TryDequeue(out var delivery))
            delivery.Release();
    }

    private Inbound InboundOf(in DataHeader header)
    {
        var lookup = _inbound.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (lookup.TryGetValue(header.Origin, out var known) && known.Passage.Incarnation == header.Incarnation)
            return known;
        if (known is not null)
        {
            known.IsOver = true;
            known.Fanout.Forget();
        }
        else if (_inbound.Count >= MaxInbound)
        {
            ForgetInbound();
        }

        return _inbound[header.Origin.ToArray()] = new Inbound(core, new Passage(header.Origin.ToArray(), header.Incarnation, _link!), _connection.RentScratch);
    }

    /// <summary>All but those whose batch is under way: what is asked for again is made again.</summary>
    private void ForgetInbound()
    {
        foreach (var (origin, inbound) in _inbound.Where(entry => entry.Value != _normal.Inbound && entry.Value != _bulkIn.Inbound).ToList())
        {
            inbound.Fanout.EndTurn();
            SendReceipts(inbound);
            inbound.Fanout.Forget();
            _inbound.Remove(origin);
        }
    }

    /// <summary>Of one origin's messages: their fan-out, and the receipts that are due to it.</summary>
    private sealed class Inbound(RelayCore core, Passage passage, Func<int, Slab?> rent)
    {
        public Passage Passage => passage;

        public Fanout Fanout { get; } = new(core, null, rent, passage);

        /// <summary>A newer incarnation of the origin has been heard of.</summary>
        public bool IsOver { get; set; }

        public List<(long Number, long Receivers)> Receipts { get; } = [];
    }
}
