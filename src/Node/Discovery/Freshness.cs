namespace Anode.Discovery;

/// <summary>
/// Tells a beacon from a recording of it: its time must be near ours, and each of a node's beacons comes after the one before, by incarnation and
/// number. What is kept for that is kept until the time alone would refuse a recording.
/// </summary>
/// <param name="window">By how much clocks may differ, either way.</param>
/// <param name="capacity">Names kept; beyond that new ones are refused rather than old ones forgotten.</param>
internal sealed class Freshness(TimeSpan window, int capacity)
{
    private readonly Dictionary<string, Mark> _marks = new(StringComparer.Ordinal);

    /// <param name="beacon">Sealed with our key.</param>
    /// <param name="wallMs">Milliseconds since 1970 by our clock.</param>
    /// <param name="now">Monotonic.</param>
    public BeaconFlaw Judge(Beacon beacon, long wallMs, TimeSpan now)
    {
        // Not a difference, which a hostile time could make overflow.
        var margin = (long)window.TotalMilliseconds;
        if (beacon.At < wallMs - margin || beacon.At > wallMs + margin)
            return BeaconFlaw.Stale;
        if (_marks.TryGetValue(beacon.Node, out var last))
        {
            if (beacon.Incarnation < last.Incarnation || (beacon.Incarnation == last.Incarnation && beacon.Number <= last.Number))
                return BeaconFlaw.Stale;
        }
        else if (_marks.Count >= capacity && !MakeRoom(now))
        {
            return BeaconFlaw.Crowd;
        }

        _marks[beacon.Node] = new Mark(beacon.Incarnation, beacon.Number, now);
        return BeaconFlaw.None;
    }

    /// <remarks>A beacon may have come from as far in the future as the window allows, and is refused for its age that much later.</remarks>
    private bool MakeRoom(TimeSpan now)
    {
        foreach (var (node, mark) in _marks.Where(one => now - one.Value.At > 2 * window).ToList())
            _marks.Remove(node);
        return _marks.Count < capacity;
    }

    private readonly record struct Mark(long Incarnation, long Number, TimeSpan At);
}
