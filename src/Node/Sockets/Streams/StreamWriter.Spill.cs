namespace Anode.Sockets;

/// <summary>
/// Setting a slow destination apart: its backlog goes to memory of its own, so that the sources get their slabs back, or it is forgotten.
/// </summary>
internal sealed partial class StreamWriter
{
    private const int SpillBytes = 64 * 1024;

    private Slab? _spill;
    private int _spillFill;
    private Delivery? _spillTail;

    /// <summary>When what is next to be sent, or being sent, came; 0 when the queue is empty.</summary>
    public long OldestSince => _queue.TryPeek(out var oldest) ? oldest.QueuedAt : 0;

    /// <summary>Moves the backlog (but what is being sent right now) to memory of this destination's own.</summary>
    public void Spill()
    {
        if (Detached || _dead)
            return;
        Detached = true;
        // What the send in flight refers to cannot move; it is at most one gather list, and its sources no longer wait for it.
        var keep = _inFlight && !_copied ? InFlightDeliveries() : _rangeIndex > 0 || _rangeOffset > 0 ? 1 : 0;
        var waiting = _queue.ToArray();
        _queue.Clear();
        for (var i = 0; i < waiting.Length; i++)
        {
            if (i < keep || waiting[i].Receipt is not null)
            {
                Hold(waiting[i]);
            }
            else if (!TrySpill(waiting[i]))
            {
                for (i++; i < waiting.Length; i++)
                    waiting[i].Release();
                _host.OnSpillRefused();
                return;
            }
        }
    }

    /// <summary>
    /// Forgets what has not begun to be sent, so that last words still find their way at a frame's end. Counts it in <paramref name="record"/>.
    /// </summary>
    public void DropBacklog(ConnectionRecord record)
    {
        var keep = _inFlight && !_copied ? InFlightDeliveries() : _rangeIndex > 0 || _rangeOffset > 0 ? 1 : 0;
        var waiting = _queue.ToArray();
        _queue.Clear();
        DropSpill();
        for (var i = 0; i < waiting.Length; i++)
        {
            if (i < keep)
                _queue.Enqueue(waiting[i]);
            else
                Drop(waiting[i], record);
        }
    }

    private static void Drop(Delivery delivery, ConnectionRecord record)
    {
        record.CountDropped(delivery, "slow-consumer");
        delivery.Release();
    }

    private void Hold(Delivery delivery)
    {
        delivery.Disown();
        Append(delivery);
    }

    /// <returns>False when the pool is at its bound; the delivery is gone either way.</returns>
    private bool TrySpill(Delivery delivery)
    {
        var messages = delivery.Messages;
        for (var i = 0; i < delivery.Count; i++)
        {
            var range = delivery[i];
            for (var at = 0; at < range.Length;)
            {
                if (_spill is null || _spillFill == _spill.Length)
                {
                    DropSpill();
                    if ((_spill = _pool.TryRent(SpillBytes, null)) is null)
                    {
                        delivery.Release();
                        return false;
                    }
                }

                if (_spillTail is null)
                {
                    _spillTail = Delivery.Rent();
                    _spillTail.ChargeTo(_outlet);
                    (_spillTail.About, _spillTail.QueuedAt) = (delivery.About, delivery.QueuedAt);
                    _queue.Enqueue(_spillTail);
                }

                var take = Math.Min(range.Length - at, _spill.Length - _spillFill);
                range.Slab.Buffer.AsSpan(range.Offset + at, take).CopyTo(_spill.Buffer.AsSpan(_spillFill));
                _spillTail.Append(_spill, _spillFill, take, messages);
                _outlet.Recharge(take);
                messages = 0;
                _spillFill += take;
                at += take;
            }
        }

        delivery.Release();
        return true;
    }

    private void DropSpill()
    {
        var spill = _spill;
        (_spill, _spillFill, _spillTail) = (null, 0, null);
        spill?.Release();
    }
}
