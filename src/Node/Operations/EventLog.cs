using System.Threading.Channels;

namespace Anode.Operations;

/// <summary>One event as it is kept and sent.</summary>
/// <param name="Id">Counted from 1; gaps never happen, so a follower knows what it missed.</param>
/// <param name="Kind">Kebab-case; reserved once used.</param>
/// <param name="Endpoint">Null: not about one endpoint.</param>
/// <param name="Subject">A connection's actor name, an actor path, a state.</param>
/// <param name="Text">One sentence.</param>
internal sealed record LoggedEvent(long Id, DateTimeOffset At, string Kind, string? Endpoint, string? Subject, string Text);

/// <summary>The newest events of the node, numbered, and a way to follow them. Written by one actor, read by any thread.</summary>
internal sealed class EventLog
{
    private const int Kept = 1000;
    private const int PerFollower = 256;

    private readonly object _gate = new();
    private readonly Queue<LoggedEvent> _newest = new(Kept);
    private readonly HashSet<Follower> _followers = [];
    private long _lastId;

    public void Append(DateTimeOffset at, string kind, string? endpoint, string? subject, string text)
    {
        lock (_gate)
        {
            var entry = new LoggedEvent(++_lastId, at, kind, endpoint, subject, text);
            if (_newest.Count == Kept)
                _newest.Dequeue();
            _newest.Enqueue(entry);
            foreach (var follower in _followers)
                follower.Offer(entry);
        }
    }

    /// <summary>What is kept of the events after this one, oldest first.</summary>
    public IReadOnlyList<LoggedEvent> After(long id)
    {
        lock (_gate)
            return [.. _newest.Where(entry => entry.Id > id)];
    }

    /// <summary>What is kept after this one and all that follow, until disposed of. Null: from now on.</summary>
    public Follower Follow(long? after)
    {
        lock (_gate)
        {
            var follower = new Follower(this);
            foreach (var entry in after is null ? [] : _newest.Where(entry => entry.Id > after))
                follower.Offer(entry);
            _followers.Add(follower);
            return follower;
        }
    }

    /// <summary>One reader. Who reads too slowly loses the oldest, and sees it by the numbers.</summary>
    internal sealed class Follower(EventLog log) : IDisposable
    {
        private readonly Channel<LoggedEvent> _channel =
            Channel.CreateBounded<LoggedEvent>(new BoundedChannelOptions(PerFollower) { FullMode = BoundedChannelFullMode.DropOldest });

        public ChannelReader<LoggedEvent> Events => _channel.Reader;

        public void Offer(LoggedEvent entry) => _channel.Writer.TryWrite(entry);

        public void Dispose()
        {
            lock (log._gate)
                log._followers.Remove(this);
        }
    }
}
