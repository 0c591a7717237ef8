namespace Anode.Routing;

/// <summary>What one change of the index was about: the filters that somebody joined or left, or «many».</summary>
internal sealed class Change
{
    /// <summary>Beyond so many filters a change concerns everybody: asking for each would cost more than to look it up again.</summary>
    private const int MaxFilters = 8;

    private readonly byte[]? _first;
    private readonly byte[][]? _more;
    private readonly bool _isLiteral;

    public Change(long version, byte[] filter)
    {
        Version = version;
        _first = filter;
        _isLiteral = Subject.IsSubject(filter);
    }

    public Change(long version, Departure departure)
    {
        Version = version;
        if (departure.Filters > MaxFilters)
            return;
        _first = departure.Of(0)[0].Filter;
        _isLiteral = Subject.IsSubject(_first);
        if (departure.Filters == 1)
            return;
        _more = new byte[departure.Filters - 1][];
        for (var i = 0; i < _more.Length; i++)
            _more[i] = departure.Of(i + 1)[0].Filter;
    }

    /// <summary>Of the map it led to.</summary>
    public long Version { get; }

    /// <summary>Whether who gets this subject may be different since.</summary>
    public bool Concerns(ReadOnlySpan<byte> subject)
    {
        if (_first is null || (_isLiteral ? subject.SequenceEqual(_first) : Subject.Matches(_first, subject)))
            return true;
        foreach (var filter in _more ?? [])
        {
            if (Subject.Matches(filter, subject))
                return true;
        }

        return false;
    }
}
