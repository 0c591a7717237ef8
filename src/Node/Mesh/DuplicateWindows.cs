using System.Collections.Concurrent;

namespace Anode.Mesh;

/// <summary>The windows of all origins: one for each lane of the newest incarnation of each.</summary>
internal sealed class DuplicateWindows
{
    // Ordinary messages come at millions a second, and a source that is held up for a moment must not find its own below the window: this is a fifth
    // of a second. Those with receipts are bounded by how many may wait for one.
    private const int NormalBits = 1 << 20, OtherBits = 1 << 16;

    // What is kept of nodes that are gone, and what is kept at all: a window of ordinary messages is 128 KiB, and a peer can invent names.
    private const int MaxGone = 1024, MaxOrigins = 4096;

    private readonly ConcurrentDictionary<string, Windows> _byOrigin = new(StringComparer.Ordinal);

    /// <summary>Null: the incarnation is over, a newer one has been heard of; or there are too many origins to remember one more.</summary>
    public DuplicateWindow? Of(string origin, long incarnation, Lane lane)
    {
        for (; ; )
        {
            if (!_byOrigin.TryGetValue(origin, out var known))
            {
                if (_byOrigin.Count >= MaxOrigins)
                    return null;
                known = _byOrigin.GetOrAdd(origin, static (_, incarnation) => new Windows(incarnation), incarnation);
            }

            if (known.Incarnation == incarnation)
                return known.Of(lane);
            if (known.Incarnation > incarnation)
                return null;
            _byOrigin.TryUpdate(origin, new Windows(incarnation), known);
        }
    }

    /// <summary>Of nodes that are gone: kept as long as there are not too many, for one that comes back may send again what was seen.</summary>
    public void Trim(Func<string, bool> isKnown)
    {
        foreach (var origin in _byOrigin.Keys.Where(origin => !isKnown(origin)).Take(Math.Max(0, _byOrigin.Count - MaxGone)).ToList())
            _byOrigin.TryRemove(origin, out _);
    }

    private sealed class Windows(long incarnation)
    {
        private readonly Lazy<DuplicateWindow> _normal = new(() => new DuplicateWindow(NormalBits));
        private readonly Lazy<DuplicateWindow> _bulk = new(() => new DuplicateWindow(OtherBits));
        private readonly Lazy<DuplicateWindow> _receipted = new(() => new DuplicateWindow(OtherBits, withNotes: true));

        public long Incarnation => incarnation;

        public DuplicateWindow Of(Lane lane) => lane switch
        {
            Lane.Bulk => _bulk.Value,
            Lane.Receipted => _receipted.Value,
            _ => _normal.Value,
        };
    }
}
