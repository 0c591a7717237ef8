namespace Anode.Routing;

/// <summary>Subscriptions that leave together, prepared once however often the change has to be tried: by filter, in the order of their births.</summary>
internal sealed class Departure
{
    private readonly Subscription[] _leaving;
    private readonly List<Range> _groups = [];

    public Departure(ReadOnlySpan<Subscription> leaving)
    {
        _leaving = leaving.ToArray();
        if (_leaving.Length > 1)
            Array.Sort(_leaving, ByFilter);
        for (var start = 0; start < _leaving.Length;)
        {
            var end = start + 1;
            while (end < _leaving.Length && _leaving[end].Filter.AsSpan().SequenceEqual(_leaving[start].Filter))
                end++;
            _groups.Add(start..end);
            start = end;
        }
    }

    /// <summary>How many different filters: one visit to a filter's node takes all who leave it.</summary>
    public int Filters => _groups.Count;

    /// <summary>Those who leave one of the filters; at least one.</summary>
    public ReadOnlySpan<Subscription> Of(int filter) => _leaving.AsSpan(_groups[filter]);

    private static int ByFilter(Subscription a, Subscription b)
    {
        var order = a.Filter.AsSpan().SequenceCompareTo(b.Filter);
        return order != 0 ? order : a.Birth.CompareTo(b.Birth);
    }
}
