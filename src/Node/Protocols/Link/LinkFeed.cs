using Anode.Mesh;
using Anode.Protocols.Link.Wire;
using Anode.Protocols.Relay;
using Anode.Sockets;

namespace Anode.Protocols.Link;

/// <summary>
/// What one source has gathered for one link: batches of messages whose numbers follow one another, each with a header before it. The messages
/// are ranges of the slab they were read into; only the header is written.
/// </summary>
internal sealed class LinkFeed(Fanout fanout, LinkSubscriber link) : Feed(fanout, link)
{
    private readonly List<Batch> _batches = [];
    private Delivery? _normal;
    private Delivery? _bulk;

    /// <param name="first">With its native frame; the others of a run lie behind it.</param>
    /// <param name="count">How many.</param>
    /// <param name="route">By which it goes to all who want it.</param>
    /// <param name="node">For this node only; null: for all.</param>
    /// <param name="queue">There for one member of this group.</param>
    public void Append(in Publication first, int count, Route? route, byte[]? node, byte[]? queue)
    {
        var lane = Fanout.LaneOf(first, route);
        var number = Fanout.NumberOf(lane, count);
        ref var delivery = ref lane == Lane.Bulk ? ref _bulk : ref _normal;
        if (delivery is null)
        {
            delivery = Delivery.Rent();
            delivery.About = Fanout.About;
            delivery.IsBulk = lane == Lane.Bulk;
            if ((_normal is null) != (_bulk is null))
                Fanout.Touch(this);
        }

        var batch = NewestOf(lane);
        if (batch is null || !batch.Continues(Fanout.Passage, number, node, queue))
            _batches.Add(batch = Begin(delivery, lane, number, node, queue));
        var bytes = first.FrameLength * count;
        delivery.Append(first.FrameSlab!, first.FrameOffset, bytes, count);
        batch.Count += count;
        batch.Bytes += bytes;
    }

    /// <remarks>What a link turns away is in its own account; nobody who waits for a receipt is told that it was delivered.</remarks>
    public override int Flush()
    {
        foreach (var batch in _batches)
            batch.Complete(Fanout);
        var frames = _batches.Count;
        link.Link?.CountOut(frames);
        if (Fanout.Passage is not null)
            Fanout.Mesh.Counters.CountRelayed(_batches.Sum(batch => batch.Count));
        if (_normal is not null)
            _normal.Frames = Math.Max(1, _batches.Count(batch => batch.Lane != Lane.Bulk));
        _batches.Clear();
        Post(ref _normal);
        Post(ref _bulk);
        return 0;
    }

    /// <summary>A loop, since a lambda would be an object for every message.</summary>
    private Batch? NewestOf(Lane lane)
    {
        for (var i = _batches.Count - 1; i >= 0; i--)
        {
            if (_batches[i].Lane == lane)
                return _batches[i];
        }

        return null;
    }

    private void Post(ref Delivery? delivery)
    {
        if (delivery is not null)
            link.Outlet.Post(delivery);
        delivery = null;
    }

    private Batch Begin(Delivery delivery, Lane lane, long number, byte[]? node, byte[]? queue)
    {
        var passage = Fanout.Passage;
        var mesh = Fanout.Mesh;
        var origin = passage?.Utf8Origin ?? mesh.Utf8Node;
        var scratch = Fanout.Scratch;
        var room = scratch.Reserve(DataHeader.SizeOf(origin.Length, node?.Length ?? 0, queue?.Length ?? 0));
        var length = DataHeader.Begin(
            room, passage?.IsRetry ?? false, passage is null ? 0 : passage.Hops + 1, lane, passage?.Incarnation ?? mesh.Incarnation, origin, node, queue);
        var offset = scratch.Commit(length);
        delivery.Append(scratch.Slab!, offset, length, messages: 0);
        return new Batch(scratch.Slab!, offset, length, lane, number, passage?.Hops ?? -1, node, queue);
    }

    private sealed class Batch(Slab slab, int offset, int length, Lane lane, long first, int hops, byte[]? node, byte[]? queue)
    {
        public Lane Lane => lane;

        public int Count { get; set; }

        public int Bytes { get; set; }

        public bool Continues(Passage? passage, long number, byte[]? otherNode, byte[]? otherQueue) =>
            first + Count == number && (passage?.Hops ?? -1) == hops
            && node.AsSpan().SequenceEqual(otherNode) && queue.AsSpan().SequenceEqual(otherQueue);

        public void Complete(Fanout fanout) => DataHeader.Complete(
            slab.Buffer.AsSpan(offset, length), fanout.IsCounted(lane) ? fanout.BaseOf(lane) + first : first, Count, Bytes);
    }
}
