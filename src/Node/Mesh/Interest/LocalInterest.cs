using Anode.Routing;

namespace Anode.Mesh;

/// <summary>
/// What this node's own clients are subscribed to: each filter once, however many have it. Any thread adds and removes; what changed since others were
/// told is collected until it is asked for.
/// </summary>
internal sealed class LocalInterest : IInterestWatcher
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Interest, int> _counts = new(Interest.ByContent);
    private readonly Dictionary<Interest, bool> _changes = new(Interest.ByContent);
    private Action _wake = () => { };
    private bool _woken;

    public int Count
    {
        get
        {
            lock (_gate)
                return _counts.Count;
        }
    }

    /// <param name="wake">Called once when there is something for <see cref="Drain"/>, on the thread that brought it.</param>
    public void Watch(Action wake)
    {
        lock (_gate)
        {
            _wake = wake;
            _woken = _changes.Count > 0;
            if (!_woken)
                return;
        }

        wake();
    }

    public void Add(Subscription subscription)
    {
        if (subscription.Subscriber.IsRemote || !subscription.TryMarkKnown(true))
            return;
        var interest = Interest.Of(subscription);
        Action? wake = null;
        lock (_gate)
        {
            ref var count = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_counts, interest, out _);
            if (++count == 1)
                wake = Note(interest, begins: true);
        }

        wake?.Invoke();
    }

    public void Remove(Subscription subscription)
    {
        if (subscription.Subscriber.IsRemote || !subscription.TryMarkKnown(false))
            return;
        var interest = Interest.Of(subscription);
        Action? wake = null;
        lock (_gate)
        {
            if (_counts[interest] > 1)
            {
                _counts[interest]--;
            }
            else
            {
                _counts.Remove(interest);
                wake = Note(interest, begins: false);
            }
        }

        wake?.Invoke();
    }

    /// <summary>What changed since it was last asked; what came and went in between is not in it.</summary>
    public List<InterestChange> Drain()
    {
        lock (_gate)
        {
            _woken = false;
            var changes = _changes.Select(change => new InterestChange(change.Key, change.Value)).ToList();
            _changes.Clear();
            return changes;
        }
    }

    private Action? Note(Interest interest, bool begins)
    {
        if (!_changes.Remove(interest)) // the opposite was not told yet
            _changes[interest] = begins;
        if (_woken || _changes.Count == 0)
            return null;
        _woken = true;
        return _wake;
    }
}
