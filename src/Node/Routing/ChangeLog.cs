namespace Anode.Routing;

/// <summary>
/// The newest changes of an index, by the version each led to, so that who remembers answers of an older map need not forget those that no
/// change concerns.
/// </summary>
/// <remarks>
/// A ring that any writer writes and any reader reads, without a lock. An entry is written after its map was swapped in, so a reader may come
/// between the two, or find that a writer was overtaken by a whole round of the ring. Either way the number in the entry is not the one it looks for, and
/// what is not known counts as concerning everybody: late entries cost a lookup, never a message.
/// </remarks>
internal sealed class ChangeLog
{
    /// <summary>At 50,000 changes a second it reaches 80 ms back: many times what lies between two messages of a busy source.</summary>
    public const int Capacity = 4096;

    private readonly Change?[] _ring = new Change?[Capacity];

    public void Add(Change change) => Volatile.Write(ref _ring[change.Version & (Capacity - 1)], change);

    /// <summary>
    /// Whether anything after <paramref name="known"/> and up to <paramref name="current"/> may concern this subject.
    /// </summary>
    /// <param name="subject">A valid subject.</param>
    /// <param name="known">Version of the map the answer was made from.</param>
    /// <param name="current">Version of the map it is wanted from.</param>
    /// <param name="worth">How many changes to ask at most; more count as concerning it.</param>
    public bool MayConcern(ReadOnlySpan<byte> subject, long known, long current, int worth)
    {
        if (current - known > Math.Min(worth, Capacity))
            return true;
        for (var version = current; version > known; version--)
        {
            var change = Volatile.Read(ref _ring[version & (Capacity - 1)]);
            if (change is null || change.Version != version || change.Concerns(subject))
                return true;
        }

        return false;
    }
}
