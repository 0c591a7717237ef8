using System.Diagnostics;
using Anode.Protocols.Link.Wire;
using Anode.Sockets;

namespace Anode.Protocols.Link;

/// <summary>
/// Messages that go out. Ordinary ones leave as they are posted. Large ones wait here and leave in pieces: whenever all else has been sent, and at least
/// as often as <see cref="BulkPatience"/>, so that they delay nobody for longer than a piece takes, and nobody keeps them for ever.
/// </summary>
internal sealed partial class LinkClient
{
    private static readonly TimeSpan BulkPatience = TimeSpan.FromMilliseconds(20);

    private readonly Queue<Delivery> _bulk = new();
    private int _bulkRange;
    private int _bulkOffset;
    private long _bulkAt;
    private bool _isPieceUnderway;
    private long _sentBytes;
    private long _ackedBytes;

    public bool OnPosted(Delivery delivery)
    {
        if (delivery.IsBulk)
        {
            _bulk.Enqueue(delivery);
            SendPiece();
            return true;
        }

        if (delivery.Frames > 0)
            CountSent(delivery.Bytes);
        SendPiece();
        return false;
    }

    public void OnSent()
    {
        _isPieceUnderway = false;
        SendPiece();
    }

    private bool OnAck(ReadOnlySpan<byte> body)
    {
        if (!LinkReader.TryReadNumber(body, out var bytes) || bytes < _ackedBytes || bytes > _sentBytes)
            return false;
        _ackedBytes = bytes;
        _link!.SetUnacknowledged(_sentBytes - _ackedBytes);
        SendPiece();
        return true;
    }

    /// <summary>One piece is on its way at a time; <see cref="OnSent"/> sends the next, or the acknowledgement that gives credit again.</summary>
    private void SendPiece()
    {
        if (_bulk.Count == 0 || !_connection.IsOpen || _sentBytes - _ackedBytes >= _mesh.Settings.CreditBytes)
            return;
        if (_isPieceUnderway && Stopwatch.GetElapsedTime(_bulkAt) < BulkPatience)
            return;
        _isPieceUnderway = true;
        _bulkAt = Stopwatch.GetTimestamp();
        var piece = Delivery.Rent();
        var header = Slab.Foreign(new byte[LinkFrames.PieceHeaderBytes]);
        piece.Append(header, 0, LinkFrames.PieceHeaderBytes, messages: 0);
        header.Release();
        var bytes = Cut(piece);
        LinkFrames.PieceHeader(header.Buffer, bytes);
        CountSent(bytes);
        _connection.Send(piece);
    }

    /// <summary>Moves on by a piece's length, over the ends of deliveries if need be.</summary>
    private int Cut(Delivery piece)
    {
        var left = _mesh.Settings.PieceBytes;
        while (left > 0 && _bulk.TryPeek(out var delivery))
        {
            var range = delivery[_bulkRange];
            var take = Math.Min(left, range.Length - _bulkOffset);
            piece.Append(range.Slab, range.Offset + _bulkOffset, take, messages: 0);
            (left, _bulkOffset) = (left - take, _bulkOffset + take);
            if (_bulkOffset < range.Length)
                continue;
            _bulkOffset = 0;
            if (++_bulkRange < delivery.Count)
                continue;
            _bulkRange = 0;
            _bulk.Dequeue().Release();
        }

        return _mesh.Settings.PieceBytes - left;
    }

    private void CountSent(int bytes)
    {
        _sentBytes += bytes;
        _link!.SetUnacknowledged(_sentBytes - _ackedBytes);
    }
}
