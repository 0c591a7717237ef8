namespace Anode.Mesh;

/// <summary>
/// What the clients of one node are subscribed to, as numbered changes have built it up: its owner's own table, or another node's copy.
/// </summary>
internal sealed class InterestTable
{
    private readonly HashSet<Interest> _entries = new(Interest.ByContent);

    /// <summary>Of the node whose interest it is.</summary>
    public long Incarnation { get; private set; }

    public long Version { get; private set; }

    /// <summary>Sum of the entries' digests, with the version: equal for equal tables.</summary>
    public ulong Digest { get; private set; }

    public IReadOnlyCollection<Interest> Entries => _entries;

    /// <summary>The owner's next change.</summary>
    public void Advance(long incarnation, IEnumerable<InterestChange> changes)
    {
        Apply(changes, []);
        (Incarnation, Version) = (incarnation, Version + 1);
    }

    /// <summary>Whether changes from one version to the next continue this table.</summary>
    public bool Continues(long incarnation, long from) => Incarnation == incarnation && Version == from;

    public bool Has(long incarnation, long version) => Incarnation > incarnation || (Incarnation == incarnation && Version >= version);

    /// <summary>Applies changes to the table.</summary>
    /// <param name="incarnation">Of the owner.</param>
    /// <param name="version">To which they lead.</param>
    /// <param name="changes">In order.</param>
    /// <param name="effects">Gets those that made a difference.</param>
    public void Apply(long incarnation, long version, IEnumerable<InterestChange> changes, List<InterestChange> effects)
    {
        Apply(changes, effects);
        (Incarnation, Version) = (incarnation, version);
    }

    /// <summary>Puts a whole table in the place of this one.</summary>
    public void Replace(long incarnation, long version, IEnumerable<Interest> entries, List<InterestChange> effects)
    {
        var wanted = new HashSet<Interest>(entries, Interest.ByContent);
        var changes = _entries.Where(entry => !wanted.Contains(entry)).Select(entry => new InterestChange(entry, false))
            .Concat(wanted.Where(entry => !_entries.Contains(entry)).Select(entry => new InterestChange(entry, true)))
            .ToList();
        Apply(incarnation, version, changes, effects);
    }

    private void Apply(IEnumerable<InterestChange> changes, List<InterestChange> effects)
    {
        foreach (var change in changes)
        {
            if (!(change.Begins ? _entries.Add(change.Interest) : _entries.Remove(change.Interest)))
                continue;
            Digest += change.Begins ? change.Interest.Digest : 0 - change.Interest.Digest;
            effects.Add(change);
        }
    }
}
