using Anode.Mesh;
using Anode.Routing;

namespace Anode.Protocols.Relay;

/// <summary>
/// To other nodes and from them. What a message is known by everywhere is its number: a link's messages bring theirs; those of this node's own
/// clients are counted while they are gathered, and get numbers when they are sent.
/// </summary>
internal sealed partial class Fanout
{
    private int _countedNormal, _countedBulk; // of the lanes whose numbers are given when they are sent
    private long _baseNormal, _baseBulk;
    private PendingPut? _put;
    private long _number;
    private bool _isNumbered;
    private bool _isLocalOnly;

    /// <summary>Null: the messages are this node's own clients'.</summary>
    internal Passage? Passage => passage;

    internal MeshCore Mesh => core.Mesh!;

    /// <summary>How many of this node's subscribers the last message was gathered for.</summary>
    public int LocalReceivers { get; private set; }

    /// <summary>Routes a message whose receipt other nodes have part in.</summary>
    public int Publish(ref Publication message, PendingPut put)
    {
        _put = put;
        try
        {
            return Publish(ref message);
        }
        finally
        {
            _put = null;
        }
    }

    /// <summary>Routes a message that is meant for this node: nothing of it goes on to others.</summary>
    /// <param name="message">From a link.</param>
    /// <param name="queue">For one member of this group; empty: for all, or the inbox.</param>
    public int PublishHere(ref Publication message, ReadOnlySpan<byte> queue)
    {
        _isLocalOnly = true;
        try
        {
            return queue.IsEmpty ? Publish(ref message) : PublishToQueue(ref message, queue);
        }
        finally
        {
            _isLocalOnly = false;
        }
    }

    /// <summary>Sends a message on that is meant for another node. False: there is no way.</summary>
    public bool Forward(ref Publication message, byte[] node, string name, byte[]? queue)
    {
        if (Mesh.View.LinkTo(name) is not { } link)
            return false;
        var feed = Memory.FeedOf((RelaySubscriber)link.Subscriber);
        feed.Subscriber.Forward(ref message, node, queue, feed);
        return true;
    }

    /// <summary>The lane of the message at hand.</summary>
    internal Lane LaneOf(in Publication message, Route? route)
    {
        if (passage is not null)
            return passage.Lane;
        if (_put is not null)
            return Lane.Receipted;
        var isLarge = message.FrameLength > Mesh.Settings.PieceBytes;
        if (route is null)
            return isLarge ? Lane.Bulk : Lane.Normal;
        route.IsBulk |= isLarge;
        return route.IsBulk ? Lane.Bulk : Lane.Normal;
    }

    internal Route? RouteAtHand { get; private set; }

    /// <summary>
    /// Number of the message at hand, or of the first of so many: final, or, where <see cref="IsCounted"/>, to be added to <see cref="BaseOf"/> when
    /// it is sent. The same for all links it leaves by.
    /// </summary>
    internal long NumberOf(Lane lane, int count)
    {
        if (passage is not null)
            return passage.Number;
        if (_isNumbered)
            return _number;
        _isNumbered = true;
        if (!IsCounted(lane))
            return _number = Mesh.TakeNumbers(lane, count);
        ref var counted = ref lane == Lane.Bulk ? ref _countedBulk : ref _countedNormal;
        _number = counted;
        counted += count;
        return _number;
    }

    /// <summary>What goes to one node only is another message than what goes to all.</summary>
    internal void NumberAnew() => _isNumbered = false;

    internal bool IsCounted(Lane lane) => passage is null && lane != Lane.Receipted;

    internal long BaseOf(Lane lane) => lane == Lane.Bulk ? _baseBulk : _baseNormal;

    /// <summary>What was gathered is about to be sent.</summary>
    internal void GiveNumbers()
    {
        if (_countedNormal > 0)
            _baseNormal = Mesh.TakeNumbers(Lane.Normal, _countedNormal);
        if (_countedBulk > 0)
            _baseBulk = Mesh.TakeNumbers(Lane.Bulk, _countedBulk);
        (_countedNormal, _countedBulk, _isNumbered) = (0, 0, false);
    }

    private void AwaitReceipts(Route route)
    {
        if (_put is null || route.Remotes is not { } nodes)
            return;
        Mesh.Receipts.Add(_put, NumberOf(Lane.Receipted, 1), nodes, queue: null);
    }

    private bool PublishToRemoteQueue(ref Publication message, QueueGroup group)
    {
        if (ChooseRemote(group) is not { } member)
            return false;
        var node = (RemoteNode)member.Subscriber;
        NumberAnew();
        if (_put is not null)
            Mesh.Receipts.Add(_put, NumberOf(Lane.Receipted, 1), [node], group.Name);
        var sent = Forward(ref message, node.Utf8Name, node.Name, group.Name);
        NumberAnew();
        return sent;
    }

    private bool PublishToRemoteInbox(ref Publication message)
    {
        var node = InboxName.NodeOf(message.Subject);
        if (core.Mesh is not { } mesh || node.IsEmpty || node.SequenceEqual(mesh.Utf8Node))
            return false;
        RouteAtHand = null;
        NumberAnew();
        var name = System.Text.Encoding.UTF8.GetString(node);
        var remote = _put is null ? null : new RemoteNode(name);
        if (remote is not null && mesh.View.LinkTo(name) is not null)
            mesh.Receipts.Add(_put!, NumberOf(Lane.Receipted, 1), [remote], queue: null);
        return Forward(ref message, node.ToArray(), name, queue: null);
    }

    /// <summary>The nearest node with members; one of those by chance when several are equally near.</summary>
    private Subscription? ChooseRemote(QueueGroup group)
    {
        Subscription? chosen = null;
        var (nearest, alike) = (long.MaxValue, 0);
        var view = Mesh.View;
        foreach (var member in group.Remote)
        {
            var cost = view.CostTo(((RemoteNode)member.Subscriber).Name);
            if (cost == long.MaxValue || cost > nearest)
                continue;
            alike = cost < nearest ? 1 : alike + 1;
            nearest = cost;
            if (alike == 1 || Random.Shared.Next(alike) == 0)
                chosen = member;
        }

        return chosen;
    }

    private int PublishToQueue(ref Publication message, ReadOnlySpan<byte> name)
    {
        LocalReceivers = 0;
        foreach (var queue in Memory.QueuesOf(message.Subject))
        {
            if (!queue.IsNamed(name) || Choose(queue) is not { } member)
                continue;
            About = null;
            var feed = Memory.FeedOf((RelaySubscriber)member.Subscriber);
            feed.Subscriber.Deliver(ref message, member, feed);
            LocalReceivers = 1;
        }

        TellExhausted();
        Count(1, LocalReceivers);
        Account(message, 1, LocalReceivers, 0);
        return LocalReceivers;
    }
}
