using Anode.Cluster.Membership;
using Anode.Cluster.Wire;

namespace Anode.Cluster.Placement;

/// <summary>To that process.</summary>
internal readonly record struct Outgoing(ProcessId To, IClusterMessage Message);

/// <summary>A member as placement needs it.</summary>
/// <param name="Votes">Counts for a majority.</param>
/// <param name="Takes">Up, within reach, and not about to leave.</param>
internal sealed record Elector(ProcessId Id, bool Votes, bool Takes);

/// <summary>
/// What a director knows and decides, without actors and clocks of its own. One stands when it is the oldest that can; it directs once a majority has
/// promised to heed nobody of an earlier term; it answers a host, which extends that host's lease, only while a majority has lately echoed
/// it. So a former director that does not know it yet can neither grant nor extend anything.
/// </summary>
internal sealed class DirectorBrain(ProcessId self, PlacementTimes times, Func<ProcessId, bool> isCertainlyGone, Func<long> newTerm)
{
    private readonly Assignments _assignments = new(times, isCertainlyGone);
    private readonly Dictionary<ProcessId, long> _echoes = [];
    private readonly HashSet<ProcessId> _silent = [];
    private IReadOnlyList<Elector> _members = [];
    private bool _standing;
    private long _term;
    private long _highestTerm;
    private TimeSpan _claimAgainAt;
    private TimeSpan _unclearUntil;
    private TimeSpan _lossUntil;
    private TimeSpan _lossBefore;

    /// <summary>A majority has promised.</summary>
    public bool Directs { get; private set; }

    public long Term => _term;

    public Assignments Assignments => _assignments;

    /// <summary>Oldest first.</summary>
    /// <param name="lossUntil">Until then somebody who was put out may not have noticed.</param>
    public void SetMembers(IReadOnlyList<Elector> members, TimeSpan lossUntil)
    {
        _members = members;
        _lossUntil = lossUntil;
        // It may turn out sooner that somebody is gone for certain.
        _lossBefore = lossUntil < _lossBefore ? lossUntil : _lossBefore;
        if (!members.Any(member => member.Id == self && member.Takes))
            StepDown();
    }

    public void StepDown()
    {
        (_standing, Directs) = (false, false);
        _assignments.Clear();
        _echoes.Clear();
    }

    /// <summary>Called often.</summary>
    /// <param name="now">Monotonic.</param>
    /// <param name="heard">Who directs, as this node's host last heard, and when.</param>
    public IEnumerable<Outgoing> Tick(TimeSpan now, (ProcessId Director, TimeSpan At)? heard)
    {
        if (!_standing && ShouldStand(now, heard))
            Stand(now);
        if (!_standing)
            return [];
        // Who has not promised yet, and who has not been heard of for a while: it may have begun anew and have forgotten what it promised.
        var claims = now >= _claimAgainAt ? ClaimsOf(now, Milliseconds(now - 2 * times.Asking)) : [];
        return Directs ? [.. claims, .. Plan(now)] : claims;
    }

    public IEnumerable<Outgoing> OnPromise(ProcessId from, Promise promise, TimeSpan now)
    {
        _highestTerm = Math.Max(_highestTerm, promise.Term);
        // Of who was put out a promise is of no use: what it says it has is not its any more.
        if (!_standing || promise.Term != _term || !Votes(from))
            return [];
        _echoes[from] = Math.Max(_echoes.GetValueOrDefault(from), promise.Echo);
        _silent.Remove(from);
        _assignments.OnPromise(from, promise, now);
        if (!Directs && 2 * _members.Count(member => member.Votes && _echoes.ContainsKey(member.Id)) > _members.Count(member => member.Votes))
            TakeOffice(now);
        return Directs ? [.. Answer(from, promise.At, now), .. Plan(now)] : [];
    }

    /// <summary>This node's own host heeds another from now on: nobody directs whom his own host does not heed.</summary>
    public void OnHostPromised(long term)
    {
        _highestTerm = Math.Max(_highestTerm, term);
        if (term > _term)
            StepDown();
    }

    public void OnDenied(Denied denied)
    {
        _highestTerm = Math.Max(_highestTerm, denied.Term);
        if (denied.Term >= _term)
            StepDown();
    }

    public IEnumerable<Outgoing> OnReport(ProcessId from, Report report, TimeSpan now)
    {
        _highestTerm = Math.Max(_highestTerm, report.Term);
        if (report.Term > _term)
            StepDown();
        if (!Directs || report.Term != _term || !_assignments.Knows(from))
            return [];
        _echoes[from] = Math.Max(_echoes.GetValueOrDefault(from), report.Echo);
        _assignments.OnReport(from, report);
        Outgoing[] planned = [.. Plan(now)];
        return Votes(from) ? [.. planned.Where(sent => sent.To != from), .. Answer(from, report.At, now)] : planned;
    }

    /// <summary>Null: it is on its way; otherwise why not.</summary>
    public string? Move(string endpoint, string node) => Directs ? _assignments.Move(endpoint, node, Taking) : "this node does not direct";

    /// <summary>A member of this name has told what it has and can; before that nothing can be given to it.</summary>
    public bool HasReported(string node) => _assignments.HasReported(node, Votes);

    private bool ShouldStand(TimeSpan now, (ProcessId Director, TimeSpan At)? heard)
    {
        if (_members.FirstOrDefault(member => member.Takes)?.Id != self)
            return false;
        return heard is not { } last || last.Director == self || now - last.At > times.Silence
            || _members.FirstOrDefault(member => member.Id == last.Director) is not { Takes: true };
    }

    private void Stand(TimeSpan now)
    {
        StepDown();
        // Beyond every term heard of; and, since a cluster that was stopped as a whole remembers none, beyond what a clock would say.
        _term = _highestTerm = Math.Max(_highestTerm + 1, newTerm());
        (_standing, _claimAgainAt) = (true, now);
    }

    private void TakeOffice(TimeSpan now)
    {
        Directs = true;
        _silent.Clear();
        foreach (var member in _members.Where(member => !_echoes.ContainsKey(member.Id)))
            _silent.Add(member.Id);
        _unclearUntil = now + times.Interregnum;
        // Who is lost from here on is in the book, with its lease.
        _lossBefore = _lossUntil;
    }

    private List<Outgoing> ClaimsOf(TimeSpan now, long unheardSince)
    {
        _claimAgainAt = now + times.Asking;
        return [.. _members.Where(member => member.Votes && !(_echoes.TryGetValue(member.Id, out var at) && at > unheardSince))
            .Select(member => new Outgoing(member.Id, new Claim(_term, self.Uid, Milliseconds(now))))];
    }

    private bool Votes(ProcessId host) => _members.Any(member => member.Id == host && member.Votes);

    private bool Taking(ProcessId host) => _members.Any(member => member.Id == host && member.Takes);

    /// <summary>Extends the host's lease, if this is still the one to do so.</summary>
    private IEnumerable<Outgoing> Answer(ProcessId to, long askedAt, TimeSpan now)
    {
        var mayAnswer = HasMajority(now);
        if (mayAnswer)
            _assignments.NoteAnswered(to, now);
        return [new Outgoing(to, _assignments.AssignTo(to, _term, self.Uid, Milliseconds(now), mayAnswer ? askedAt : 0))];
    }

    private bool HasMajority(TimeSpan now)
    {
        var since = Milliseconds(now - times.Leadership);
        return 2 * _members.Count(member => member.Votes && _echoes.TryGetValue(member.Id, out var at) && at > since) > _members.Count(member => member.Votes);
    }

    private IEnumerable<Outgoing> Plan(TimeSpan now)
    {
        if (!HasMajority(now))
            return [];
        _assignments.ForgetTheDead(host => _members.Any(member => member.Id == host && member.Votes), now);
        _silent.RemoveWhere(host => isCertainlyGone(host));
        // What nobody reported may be with somebody who has not answered, by the word of the director before.
        var unclear = now < _lossBefore || (now < _unclearUntil && _silent.Count > 0);
        var touched = _assignments.Plan(_term, Taking, unclear);
        return touched.Select(host => new Outgoing(host, _assignments.AssignTo(host, _term, self.Uid, Milliseconds(now), 0)));
    }

    private static long Milliseconds(TimeSpan now) => (long)now.TotalMilliseconds;
}
