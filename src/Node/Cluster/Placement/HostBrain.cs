using Anode.Cluster.Membership;
using Anode.Cluster.Wire;

namespace Anode.Cluster.Placement;

/// <summary>What a host does about an endpoint.</summary>
internal abstract record HostEffect(string Endpoint);

internal sealed record Take(string Endpoint, Epoch Epoch) : HostEffect(Endpoint);

/// <param name="AtOnce">Without a word to its peers: the right to it is gone already.</param>
internal sealed record LetGo(string Endpoint, Epoch Epoch, bool AtOnce) : HostEffect(Endpoint);

/// <summary>
/// What a host has and whose word it heeds, without actors and clocks of its own. It asks its director again and again, and every answer lets it go
/// on for <see cref="PlacementTimes.Lease"/> from when it asked. Without answers, after a pause, or put out, it closes everything that is
/// not its own alone, and takes it again only by a grant that was made after that.
/// </summary>
internal sealed class HostBrain(int uid, string node, IReadOnlyList<string> roles, bool voter, IReadOnlyList<Declared> declared, PlacementTimes times)
{
    private readonly Dictionary<string, State> _held = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Epoch> _past = new(StringComparer.Ordinal);
    private HashSet<ProcessId> _members = [];
    private long _term;
    private ProcessId? _director;
    private long _seq;
    private long _echo;
    private long _lease = long.MinValue;
    private long _fencedAt = long.MinValue;
    private bool _leaving;

    public long Table { get; set; } = -1;

    public ProcessId? Director => _director;

    public long Term => _term;

    public bool IsEmpty => _held.Count == 0;

    /// <summary>In milliseconds of this process's own clock; what it has, it may have until then.</summary>
    public long LeaseUntil => _lease;

    public IReadOnlyList<Held> Held => [.. _held.Select(one => new Held(one.Key, one.Value.Epoch))];

    public void Leave() => _leaving = true;

    /// <summary>Who has a say.</summary>
    public void SetMembers(IEnumerable<ProcessId> members) => _members = [.. members];

    public IClusterMessage OnClaim(ProcessId from, Claim claim, long now)
    {
        // One that was put out and does not know it goes by an old list, on which those who are still in might be its majority.
        if (!_members.Contains(from) || claim.Term < _term || (claim.Term == _term && _director != from))
            return new Denied(_term);
        if (claim.Term > _term)
            (_term, _director, _seq, _echo, Table) = (claim.Term, from, 0, 0, -1);
        return new Promise(_term, uid, _seq, now, claim.At, node, roles, Takes, declared, Held);
    }

    public IReadOnlyList<HostEffect> OnAssign(ProcessId from, Assign assign, long now)
    {
        if (assign.Term != _term || from != _director || assign.Seq < _seq)
            return [];
        (_seq, _echo) = (assign.Seq, Math.Max(_echo, assign.At));
        // Asked before the fence fell: that answer belongs to another time.
        if (assign.Echo > _fencedAt && assign.Echo > 0)
            _lease = Math.Max(_lease, assign.Echo + Lease);
        var effects = new List<HostEffect>();
        foreach (var (endpoint, state) in _held.Where(one => !one.Value.Ending && !assign.Wanted.Any(wanted => wanted.Endpoint == one.Key && wanted.Epoch == one.Value.Epoch)).ToList())
            effects.Add(End(endpoint, state, atOnce: false));
        if (now >= _lease)
            return effects;
        foreach (var wanted in assign.Wanted.Where(wanted => !_held.ContainsKey(wanted.Endpoint) && !(_past.TryGetValue(wanted.Endpoint, out var past) && !(wanted.Epoch > past))))
        {
            _held[wanted.Endpoint] = new State(wanted.Epoch, Ending: false);
            effects.Add(new Take(wanted.Endpoint, wanted.Epoch));
        }

        return effects;
    }

    /// <summary>It is closed; by which grant it was held, or null if it was not.</summary>
    public Epoch? OnReleased(string endpoint)
    {
        if (!_held.Remove(endpoint, out var state))
            return null;
        _past[endpoint] = state.Epoch;
        return state.Epoch;
    }

    /// <summary>A predecessor had it: it counts as held until it is closed.</summary>
    public LetGo Inherit(string endpoint)
    {
        _held[endpoint] = new State(default, Ending: true, Fenced: true);
        return new LetGo(endpoint, default, AtOnce: true);
    }

    /// <summary>Closes everything at once if the lease is over.</summary>
    public IReadOnlyList<HostEffect> Tick(long now) => now >= _lease && _held.Values.Any(state => !state.Fenced) ? Fence(now) : [];

    /// <summary>Closes everything at once; nothing asked for until now counts any more.</summary>
    public IReadOnlyList<HostEffect> Fence(long now)
    {
        (_fencedAt, _lease) = (now, long.MinValue);
        return [.. _held.Where(one => !one.Value.Fenced).ToList().Select(one => End(one.Key, one.Value, atOnce: true))];
    }

    public Report Report(long now) => new(_term, uid, _seq, now, _echo, Takes, Table, Held);

    private bool Takes => !voter && !_leaving;

    private long Lease => (long)times.Lease.TotalMilliseconds;

    private LetGo End(string endpoint, State state, bool atOnce)
    {
        _held[endpoint] = state with { Ending = true, Fenced = atOnce };
        return new LetGo(endpoint, state.Epoch, atOnce);
    }

    private readonly record struct State(Epoch Epoch, bool Ending, bool Fenced = false);
}
