namespace Anode.Routing;

/// <summary>
/// A persistent set of subscriptions in the order of their births: a change returns a new set that shares all but the part it touched. The default
/// value is the empty set.
/// </summary>
/// <remarks>
/// One array while they are few, which is nearly always, and no more than that array. Beyond <see cref="MaxPerPart"/> an array of sorted parts: among
/// 50,000 a change copies one part and the list of parts, 3 KB in place of 400 KB, so that filling up and a mass departure both cost n·√n and
/// not n². Numbers of birth make finding one a binary search.
/// </remarks>
internal readonly struct Crowd
{
    /// <summary>At which a part splits in two.</summary>
    internal const int MaxPerPart = 512;

    /// <summary>Neighbours that fit into this together become one, so that a crowd that has left does not leave its parts behind.</summary>
    private const int Roomy = MaxPerPart / 2;

    private readonly object? _items; // Subscription[] when few, Subscription[][] when many; null when empty

    private Crowd(object? items) => _items = items;

    public bool IsEmpty => _items is null;

    public void AddTo(List<Subscription> list)
    {
        if (_items is Subscription[] few)
        {
            list.AddRange(few);
            return;
        }

        foreach (var part in Parts)
            list.AddRange(part);
    }

    public bool Is(Crowd other) => ReferenceEquals(_items, other._items);

    /// <summary>With one more; itself if that one is in it already.</summary>
    public Crowd With(Subscription subscription)
    {
        if (_items is null)
            return new Crowd(new[] { subscription });
        if (_items is Subscription[] few)
        {
            var at = IndexIn(few, subscription);
            if (at >= 0)
                return this;
            var more = Inserted(few, ~at, subscription);
            return new Crowd(more.Length <= MaxPerPart ? more : Split(more, ~at));
        }

        var parts = Parts;
        var number = PartOf(parts, subscription);
        var place = IndexIn(parts[number], subscription);
        if (place >= 0)
            return this;
        var part = Inserted(parts[number], ~place, subscription);
        if (part.Length <= MaxPerPart)
            return new Crowd(Replaced(parts, number, part));
        return new Crowd((Subscription[][])[.. parts[..number], .. Split(part, ~place), .. parts[(number + 1)..]]);
    }

    /// <summary>Without that one; itself if it is not in it.</summary>
    public Crowd Without(Subscription subscription)
    {
        if (_items is null)
            return this;
        if (_items is Subscription[] few)
        {
            var at = IndexIn(few, subscription);
            return at < 0 ? this : new Crowd(few.Length == 1 ? null : Removed(few, at));
        }

        var parts = Parts;
        var number = PartOf(parts, subscription);
        var place = IndexIn(parts[number], subscription);
        if (place < 0)
            return this;
        var part = Removed(parts[number], place);
        if (part.Length == 0)
            return new Crowd(parts.Length == 2 ? parts[1 - number] : (Subscription[][])[.. parts[..number], .. parts[(number + 1)..]]);
        if (number > 0 && parts[number - 1].Length + part.Length <= Roomy)
            return Merged(parts, number - 1, [.. parts[number - 1], .. part]);
        return number + 1 < parts.Length && part.Length + parts[number + 1].Length <= Roomy
            ? Merged(parts, number, [.. part, .. parts[number + 1]])
            : new Crowd(Replaced(parts, number, part));
    }

    private Subscription[][] Parts => (Subscription[][]?)_items ?? [];

    private static Crowd Merged(Subscription[][] parts, int first, Subscription[] both) =>
        new(parts.Length == 2 ? both : (Subscription[][])[.. parts[..first], both, .. parts[(first + 2)..]]);

    /// <summary>In halves; but where the newest came last, as they do, the full part stays full.</summary>
    private static Subscription[][] Split(Subscription[] part, int added)
    {
        var cut = added == part.Length - 1 ? added : part.Length / 2;
        return [part[..cut], part[cut..]];
    }

    private static Subscription[][] Replaced(Subscription[][] parts, int at, Subscription[] part)
    {
        var copy = (Subscription[][])parts.Clone();
        copy[at] = part;
        return copy;
    }

    internal static Subscription[] Inserted(Subscription[] items, int at, Subscription subscription)
    {
        var copy = new Subscription[items.Length + 1];
        Array.Copy(items, copy, at);
        copy[at] = subscription;
        Array.Copy(items, at, copy, at + 1, items.Length - at);
        return copy;
    }

    internal static Subscription[] Removed(Subscription[] items, int at)
    {
        var copy = new Subscription[items.Length - 1];
        Array.Copy(items, copy, at);
        Array.Copy(items, at + 1, copy, at, copy.Length - at);
        return copy;
    }

    /// <summary>Where it is, or the complement of where it would go.</summary>
    internal static int IndexIn(Subscription[] items, Subscription subscription)
    {
        var (low, high) = (0, items.Length - 1);
        if (items[high].Birth < subscription.Birth)
            return ~items.Length; // the newest: the common case
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var birth = items[middle].Birth;
            if (birth == subscription.Birth)
                return middle;
            if (birth < subscription.Birth)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return ~low;
    }

    /// <summary>The last part that begins no later than it: where it is, if anywhere.</summary>
    private static int PartOf(Subscription[][] parts, Subscription subscription)
    {
        var (low, high) = (0, parts.Length - 1);
        while (low < high)
        {
            var middle = (low + high + 1) >>> 1;
            if (parts[middle][0].Birth <= subscription.Birth)
                low = middle;
            else
                high = middle - 1;
        }

        return low;
    }
}
