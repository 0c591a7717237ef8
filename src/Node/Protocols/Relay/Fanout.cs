using Anode.Protocols.Native.Wire;
using Anode.Protocols.Nats.Wire;
using Anode.Routing;
using Anode.Sockets;

namespace Anode.Protocols.Relay;

/// <summary>
/// The routing of one source, on its own turn: finds who gets a message, gathers one batch for each destination, and sends them on at the end
/// of the read. No router actor, no message per message.
/// </summary>
/// <remarks>A source that has published nothing, or is silent, holds nothing but this object.</remarks>
/// <param name="core">What the node shares.</param>
/// <param name="self">The source as a destination; null: it is none.</param>
/// <param name="rent">Room from the source's credit.</param>
/// <param name="passage">Of a link: whose messages they are; null: its own.</param>
internal sealed partial class Fanout(RelayCore core, RelaySubscriber? self, Func<int, Slab?> rent, Passage? passage = null)
{
    /// <summary>What is encoded for a run is one piece; so is the room for it.</summary>
    private const int LongestRunBytes = 128 * 1024, RunOverheadBytes = 64;

    private RouteMemory? _memory;
    private Scratch? _scratch;
    private long _published;
    private long _delivered;
    private long _unheard;
    private List<Subscription>? _exhausted;

    public Scratch Scratch => _scratch ??= new Scratch(rent);

    private RouteMemory Memory => _memory ??= new RouteMemory(this, core.Index, core.Mesh, self);

    /// <summary>The subject being published, where it is at hand.</summary>
    internal byte[]? About { get; private set; }

    public bool IsOwn(RelaySubscriber subscriber) => ReferenceEquals(subscriber, self);

    /// <summary>Routes one message. Returns how many subscribers (connections, queue members, inboxes) it was gathered for.</summary>
    public int Publish(ref Publication message)
    {
        (LocalReceivers, _isNumbered) = (0, false);
        var receivers = InboxName.IsInbox(message.Subject) ? PublishToInbox(ref message) : PublishToSubscribers(ref message);
        Count(1, receivers);
        Account(message, 1, LocalReceivers, receivers - LocalReceivers);
        return receivers;
    }

    /// <summary>
    /// Routes a run: <paramref name="count"/> messages one behind the other in one slab, alike in all but the bytes of their payloads, of which
    /// <paramref name="first"/> is the first. None of them has headers or asks for an answer.
    /// </summary>
    public void PublishRun(ref Publication first, int count)
    {
        for (var most = Math.Max(1, LongestRunBytes / (first.Stride + RunOverheadBytes)); count > most; count -= most)
        {
            var part = first;
            first = first.InRun(most);
            PublishRun(ref part, most);
            if (passage is not null)
                passage.Number += most;
        }

        if (count > 1 && !InboxName.IsInbox(first.Subject) && Memory.Of(first.Subject) is { IsPlain: true } route)
        {
            CountLater(route, count);
            (About, RouteAtHand, _isNumbered) = (route.Subject, route, false);
            foreach (var target in route.Targets)
                target.Feed.Subscriber.DeliverRun(ref first, count, target.Only, target.Feed);
            Count(count, (long)count * route.Targets.Count);
            Account(first, count, route.LocalTargets, route.Targets.Count - route.LocalTargets);
            return;
        }

        var number = passage?.Number ?? 0;
        for (var i = 0; i < count; i++)
        {
            var message = first.InRun(i);
            if (passage is not null)
                passage.Number = number + i;
            Publish(ref message);
        }
    }

    /// <summary>The message as a native frame, prefix included, encoded now if its source had none.</summary>
    public void EnsureFrame(ref Publication message)
    {
        if (message.FrameSlab is not null)
            return;
        if (message.Headers.IsEmpty && !message.HeaderBlock.IsEmpty)
            message.Headers = HeaderBlock.ToMap(message.HeaderBlock);
        var room = Scratch.Reserve(FrameWriter.SizeOfMsg(message.Subject.Length, message.Payload.Length, message.Reply.Length, message.Headers.Length));
        var length = FrameWriter.Msg(room, prefix: true, message.Subject, message.Payload, message.PayloadIsString, message.Reply, message.Headers);
        (message.FrameSlab, message.FrameOffset, message.FrameLength) = (Scratch.Slab, Scratch.Commit(length), length);
    }

    /// <summary>As <see cref="EnsureFrame"/> for a run: its frames one behind the other.</summary>
    public void EnsureFrames(ref Publication first, int count)
    {
        if (first.FrameSlab is not null)
            return;
        var size = FrameWriter.SizeOfMsg(first.Subject.Length, first.Payload.Length);
        var room = Scratch.Reserve(size * count);
        var (at, length) = (0, 0);
        for (var i = 0; i < count; i++, at += length)
        {
            var payload = first.PayloadSlab!.Buffer.AsSpan(first.PayloadOffset + (i * first.Stride), first.Payload.Length);
            length = FrameWriter.Msg(room[at..], prefix: true, first.Subject, payload, first.PayloadIsString);
        }

        (first.FrameSlab, first.FrameOffset, first.FrameLength) = (Scratch.Slab, Scratch.Commit(at), length);
    }

    /// <summary>The message's headers as NATS writes them, converted now if its source had them as a map.</summary>
    public ReadOnlySpan<byte> HeaderBlockOf(ref Publication message)
    {
        if (message.HeaderBlock.IsEmpty && !message.Headers.IsEmpty)
        {
            var block = new byte[HeaderBlock.SizeOfFromMap(message.Headers)];
            message.HeaderBlock = block.AsSpan(0, HeaderBlock.FromMap(block, message.Headers));
        }

        return message.HeaderBlock;
    }

    /// <summary>Sends on everything gathered. Returns how many copies were turned away.</summary>
    public int Flush()
    {
        var refused = _memory?.Flush() ?? 0;
        if (_published > 0)
            core.Counters.Count(_published, _delivered, _unheard);
        (_published, _delivered, _unheard) = (0, 0, 0);
        return refused;
    }

    /// <summary>The end of a turn: everything is on its way, and no memory is held.</summary>
    public void EndTurn()
    {
        Flush();
        _scratch?.Release();
    }

    /// <summary>An idle source remembers nothing: routes hold on to connections, and those may be gone.</summary>
    public void Forget()
    {
        EndTurn();
        (_memory, _scratch) = (null, null);
    }

    internal void Touch(Feed feed) => Memory.Touched.Add(feed);

    private int PublishToSubscribers(ref Publication message)
    {
        var route = Memory.Of(message.Subject);
        AwaitReceipts(route);
        if (route.IsEmpty)
            return 0;
        CountLater(route, 1);
        (About, RouteAtHand) = (route.Subject, route);
        var receivers = 0;
        foreach (var target in route.Targets)
        {
            var isLink = target.Feed.Subscriber.IsLink;
            if ((isLink && _isLocalOnly) || (target.Limited is not null && !TakeLimited(target) && target.Unlimited.Count == 0))
                continue;
            target.Feed.Subscriber.Deliver(ref message, target.Only, target.Feed);
            receivers++;
            LocalReceivers += isLink ? 0 : 1;
        }

        foreach (var queue in route.Queues)
        {
            if (Choose(queue) is { } member)
            {
                var feed = Memory.FeedOf((RelaySubscriber)member.Subscriber);
                feed.Subscriber.Deliver(ref message, member, feed);
                receivers++;
                LocalReceivers++;
            }
            else if (core.Mesh is not null && PublishToRemoteQueue(ref message, queue))
            {
                receivers++;
            }
        }

        TellExhausted();
        return receivers;
    }

    private int PublishToInbox(ref Publication message)
    {
        if (core.Inboxes.Find(message.Subject) is not { } subscriber)
            return !_isLocalOnly && PublishToRemoteInbox(ref message) ? 1 : 0;
        var feed = Memory.InboxFeedOf(subscriber);
        About = null;
        subscriber.DeliverToInbox(ref message, feed);
        LocalReceivers = 1;
        return 1;
    }

    /// <summary>A random member of this node that may still take one; a member without echo is not offered its own messages.</summary>
    private Subscription? Choose(QueueGroup queue)
    {
        var members = queue.Local;
        if (members.IsEmpty)
            return null;
        var start = Random.Shared.Next(members.Length);
        for (var i = 0; i < members.Length; i++)
        {
            var member = members[(start + i) % members.Length];
            if (Memory.IsMuted(member) || !Take(member))
                continue;
            return member;
        }

        return null;
    }

    private bool TakeLimited(Target target)
    {
        var taken = false;
        foreach (var subscription in target.Limited!)
            taken |= Take(subscription);
        return taken;
    }

    private bool Take(Subscription subscription)
    {
        var taken = subscription.TryTake(out var last);
        if ((last || !taken) && core.Index.Remove(subscription))
            (_exhausted ??= []).Add(subscription);
        return taken;
    }

    /// <summary>Behind the copies for them: who hears of the end forgets what they were called.</summary>
    private void TellExhausted()
    {
        if (_exhausted is null)
            return;
        foreach (var subscription in _exhausted)
            ((RelaySubscriber)subscription.Subscriber).OnExhausted(subscription);
        _exhausted = null;
    }

    private void Count(int messages, long receivers)
    {
        _published += messages;
        _delivered += receivers;
        _unheard += receivers == 0 ? messages : 0;
    }

    /// <summary>Deliveries to subscriptions without a maximum are counted there in batches.</summary>
    private void CountLater(Route route, int messages)
    {
        if (route.Uncounted == 0)
            Memory.Uncounted.Add(route);
        route.Uncounted += messages;
    }
}
