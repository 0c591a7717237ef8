namespace Anode.Sockets;

/// <summary>What goes into one send: a list of ranges, or one copy of many small ones; and what of it has gone.</summary>
internal sealed partial class StreamWriter
{
    private void Prepare()
    {
        var gather = _gather ??= [];
        gather.Clear();
        var (total, index, offset) = (0, _rangeIndex, _rangeOffset);
        _sendingMessages = 0;
        foreach (var delivery in _queue)
        {
            for (; index < delivery.Count && gather.Count < GatherRanges && total < GatherBytes; index++, offset = 0)
            {
                var range = delivery[index];
                var take = Math.Min(range.Length - offset, GatherBytes - total);
                gather.Add(new ArraySegment<byte>(range.Slab.Buffer, range.Offset + offset, take));
                total += take;
            }

            if (index < delivery.Count)
                break;
            index = 0;
        }

        _sendingBytes = total;
        _copied = gather.Count > 1 && total / gather.Count < CopyBelowAverageBytes
            && (_copy ??= _pool.TryRent(CopyBufferBytes, null)) is not null;
        if (_copied)
        {
            FillCopy();
            gather.Clear();
            gather.Add(new ArraySegment<byte>(_copy!.Buffer, 0, _sendingBytes));
        }

        _unsentBytes = _sendingBytes;
    }

    private void FillCopy()
    {
        var copy = _copy!;
        var fill = 0;
        while (_queue.TryPeek(out var delivery))
        {
            while (_rangeIndex < delivery.Count)
            {
                var range = delivery[_rangeIndex];
                var take = Math.Min(range.Length - _rangeOffset, copy.Length - fill);
                range.Slab.Buffer.AsSpan(range.Offset + _rangeOffset, take).CopyTo(copy.Buffer.AsSpan(fill));
                fill += take;
                _rangeOffset += take;
                if (_rangeOffset < range.Length)
                {
                    _sendingBytes = fill;
                    return;
                }

                _rangeIndex++;
                _rangeOffset = 0;
            }

            FinishHead(delivery);
        }

        _sendingBytes = fill;
    }

    /// <summary>Takes what was sent off the front of the list, and empty ranges before what is left.</summary>
    private void Trim(int count)
    {
        var gather = _gather!;
        _unsentBytes -= count;
        if (_unsentBytes == 0)
            return;
        var sent = 0;
        for (; count >= gather[sent].Count; sent++)
            count -= gather[sent].Count;
        gather.RemoveRange(0, sent);
        gather[0] = gather[0][count..];
    }

    private void Advance(int bytes)
    {
        // An empty range behind the last byte is done with it; left alone, it would be sent for ever.
        while (_queue.TryPeek(out var delivery))
        {
            var left = delivery[_rangeIndex].Length - _rangeOffset;
            if (bytes < left)
            {
                _rangeOffset += bytes;
                return;
            }

            bytes -= left;
            _rangeOffset = 0;
            if (++_rangeIndex == delivery.Count)
                FinishHead(delivery);
        }
    }

    private void FinishHead(Delivery delivery)
    {
        _queue.Dequeue();
        (_rangeIndex, _rangeOffset) = (0, 0);
        _sendingMessages += delivery.Messages;
        if (delivery is { Receipt: { } receipt, ReceiptTo: { } to })
            (_receipts ??= []).Add((to, receipt));
        delivery.Release();
    }

    private int InFlightDeliveries()
    {
        var (bytes, count, index, offset) = (_sendingBytes, 0, _rangeIndex, _rangeOffset);
        foreach (var delivery in _queue)
        {
            if (bytes <= 0)
                break;
            count++;
            for (; index < delivery.Count && bytes > 0; index++, offset = 0)
                bytes -= delivery[index].Length - offset;
            index = 0;
        }

        return count;
    }
}
