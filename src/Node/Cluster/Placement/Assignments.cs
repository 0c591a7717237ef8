using Anode.Cluster.Membership;
using Anode.Cluster.Wire;

namespace Anode.Cluster.Placement;

/// <summary>
/// A director's book: what each host was told to have, what it said it has, and since when it is known to heed which word. An endpoint counts as a
/// host's from the moment it was granted until that host has confirmed, in answer to the withdrawal, that it no longer has it.
/// </summary>
internal sealed class Assignments(PlacementTimes times, Func<ProcessId, bool> isCertainlyGone)
{
    private readonly Dictionary<ProcessId, HostEntry> _hosts = [];
    private readonly Dictionary<string, ProcessId> _moves = new(StringComparer.Ordinal);
    private long _number;

    /// <summary>Grows whenever something moves.</summary>
    public long Version { get; private set; }

    public IReadOnlyCollection<string> Moving => _moves.Keys;

    public void Clear()
    {
        _hosts.Clear();
        _moves.Clear();
    }

    /// <summary>A host of this name, and of a process that is a member, is in the book.</summary>
    public bool HasReported(string node, Func<ProcessId, bool> isMember) => _hosts.Values.Any(host => host.Node == node && isMember(host.Id));

    public bool Knows(ProcessId host) => _hosts.ContainsKey(host);

    public void OnPromise(ProcessId from, Promise promise, TimeSpan now)
    {
        if (_hosts.TryGetValue(from, out var known))
        {
            Confirm(known, promise.Seq, promise.Held, promise.Takes);
            return;
        }

        // It heeds nobody else from here on, so what lease it has was asked for before now.
        var entry = _hosts[from] = new HostEntry(from, promise) { AnsweredAt = now };
        foreach (var held in promise.Held)
            entry.Granted[held.Endpoint] = new Grant(held.Epoch, 0);
        entry.Reported = [.. promise.Held.Select(held => held.Endpoint)];
        Version++;
    }

    public void OnReport(ProcessId from, Report report)
    {
        var host = _hosts[from];
        host.TableSeen = report.Table;
        Confirm(host, report.Seq, report.Held, report.Takes);
        foreach (var endpoint in _moves.Where(move => move.Value == from && host.Reported.Contains(move.Key)).Select(move => move.Key).ToList())
            _moves.Remove(endpoint);
    }

    public void NoteAnswered(ProcessId host, TimeSpan now) => _hosts[host].AnsweredAt = now;

    /// <summary>Nothing is left of a process that is certainly gone, and of who is no member any more once its lease has run out.</summary>
    public void ForgetTheDead(Func<ProcessId, bool> isMember, TimeSpan now)
    {
        foreach (var host in _hosts.Values.Where(host => isCertainlyGone(host.Id) || !isMember(host.Id)).ToList())
        {
            if (isCertainlyGone(host.Id) || host.IsEmpty || now - host.AnsweredAt > times.Lease + times.Slack)
            {
                _hosts.Remove(host.Id);
                Version++;
            }
        }
    }

    /// <summary>Null: it will be done; otherwise why not.</summary>
    public string? Move(string endpoint, string node, Func<ProcessId, bool> isTaking)
    {
        if (DeclaredNow().FirstOrDefault(one => one.Name == endpoint) is not { } declared)
            return $"no member has an endpoint '{endpoint}' with placement = cluster";
        // A former process of that name may still be in the book.
        if (_hosts.Values.Where(host => host.Node == node).MaxBy(host => isTaking(host.Id)) is not { } target)
            return $"there is no member named '{node}'";
        if (!target.Takes || !isTaking(target.Id) || !target.Capability.CanRun(declared))
            return $"{node} cannot run {endpoint}: it votes only, leaves, is out of reach, has another role, or does not have it in its configuration";
        _moves[endpoint] = target.Id;
        return null;
    }

    /// <summary>Returns whose assignments have changed.</summary>
    public IReadOnlyCollection<ProcessId> Plan(long term, Func<ProcessId, bool> isTaking, bool unclear)
    {
        Capability[] taking = [.. _hosts.Values.Where(host => host.Takes && isTaking(host.Id)).Select(host => host.Capability)];
        foreach (var lost in _moves.Where(move => !taking.Any(host => host.Host == move.Value)).Select(move => move.Key).ToList())
            _moves.Remove(lost);
        var held = HeldNow();
        var declared = DeclaredNow().Where(endpoint => !unclear || held.ContainsKey(endpoint.Name)).ToList();
        // Out of reach, but not gone: it keeps what it has, and is not asked for it either.
        var unreachable = _hosts.Values.Where(host => !isTaking(host.Id) && host.Takes).Select(host => host.Id).ToHashSet();
        var touched = new HashSet<ProcessId>();
        foreach (var action in Planner.Plan(declared, taking, held, _moves))
        {
            var host = _hosts[action.Host];
            if (action is StopIt && (unreachable.Contains(action.Host) || !host.Granted.Remove(action.Endpoint)))
                continue;
            if (touched.Add(action.Host))
                host.Seq++;
            if (action is StopIt)
                host.Withdrawn[action.Endpoint] = host.Seq;
            else
                host.Granted[action.Endpoint] = new Grant(new Epoch(term, ++_number), host.Seq);
            Version++;
        }

        return touched;
    }

    public Assign AssignTo(ProcessId host, long term, int uid, long now, long echo)
    {
        var entry = _hosts[host];
        return new Assign(term, uid, entry.Seq, now, echo, [.. entry.Granted.Select(grant => new Held(grant.Key, grant.Value.Epoch))]);
    }

    /// <summary>Who has what, for everybody to know.</summary>
    public Placements Table(long term) => new(
        term,
        Version,
        [.. _hosts.Values.SelectMany(host => host.Granted.Select(grant => new Placed(grant.Key, host.Node, grant.Value.Epoch)))
            .GroupBy(placed => placed.Endpoint)
            .Select(claimed => claimed.MaxBy(placed => placed.Epoch)!)
            .OrderBy(placed => placed.Endpoint, StringComparer.Ordinal)]);

    public string? OwnerOf(string endpoint) => _hosts.Values.FirstOrDefault(host => host.Granted.ContainsKey(endpoint))?.Node;

    /// <summary>Who has not seen the newest table, and was not sent it just now.</summary>
    public IReadOnlyList<ProcessId> WithoutTable(TimeSpan now)
    {
        var behind = _hosts.Values.Where(host => host.TableSeen != Version && (host.TableSent.Version != Version || now - host.TableSent.At > 2 * times.Asking)).ToList();
        foreach (var host in behind)
            host.TableSent = (Version, now);
        return [.. behind.Select(host => host.Id)];
    }

    /// <param name="host">Who says so.</param>
    /// <param name="seq">The last word it has had: of what was said after that, its silence says nothing.</param>
    /// <param name="held">What it has.</param>
    /// <param name="takes">Whether it wants more.</param>
    private void Confirm(HostEntry host, long seq, IReadOnlyList<Held> held, bool takes)
    {
        host.Takes = takes;
        host.Reported = [.. held.Select(one => one.Endpoint)];
        foreach (var (endpoint, _) in host.Withdrawn.Where(one => seq >= one.Value && !host.Reported.Contains(one.Key)).ToList())
        {
            host.Withdrawn.Remove(endpoint);
            Version++;
        }

        // It had the word and does not have the endpoint: it has closed it by itself, and only a new grant opens it again.
        foreach (var (endpoint, _) in host.Granted.Where(one => seq >= one.Value.Seq && !host.Reported.Contains(one.Key)).ToList())
        {
            host.Granted.Remove(endpoint);
            Version++;
        }
    }

    private List<Declared> DeclaredNow() => [.. _hosts.Values.SelectMany(host => host.Declared).DistinctBy(endpoint => endpoint.Name)];

    private Dictionary<string, IReadOnlyList<Holding>> HeldNow()
    {
        var held = new Dictionary<string, IReadOnlyList<Holding>>(StringComparer.Ordinal);
        foreach (var host in _hosts.Values)
        {
            foreach (var endpoint in host.Reported.Concat(host.Granted.Keys).Concat(host.Withdrawn.Keys).Distinct())
            {
                if (!held.TryGetValue(endpoint, out var holders))
                    held[endpoint] = holders = new List<Holding>();
                ((List<Holding>)holders).Add(new Holding(host.Id, host.Granted.TryGetValue(endpoint, out var grant) ? grant.Epoch : default));
            }
        }

        return held;
    }

    private readonly record struct Grant(Epoch Epoch, long Seq);

    private sealed class HostEntry(ProcessId id, Promise promise)
    {
        public ProcessId Id => id;

        public string Node => promise.Node;

        public IReadOnlyList<Declared> Declared => promise.Declared;

        public Capability Capability { get; } = new(id, promise.Node, promise.Roles, promise.Declared.Select(endpoint => endpoint.Name).ToHashSet());

        public bool Takes { get; set; } = promise.Takes;

        public Dictionary<string, Grant> Granted { get; } = new(StringComparer.Ordinal);

        /// <summary>Taken back with this word; the host's until it has confirmed that one.</summary>
        public Dictionary<string, long> Withdrawn { get; } = new(StringComparer.Ordinal);

        public HashSet<string> Reported { get; set; } = [];

        public long Seq { get; set; } = 1;

        public long TableSeen { get; set; } = -1;

        public (long Version, TimeSpan At) TableSent { get; set; } = (-1, default);

        public TimeSpan AnsweredAt { get; set; }

        public bool IsEmpty => Granted.Count == 0 && Withdrawn.Count == 0 && Reported.Count == 0;
    }
}
