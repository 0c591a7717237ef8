namespace Anode.Hosting.Configuration;

/// <summary>
/// The keys of one block, seen from the record they make. An options record says once, in its <c>Map</c>, which key is
/// which property and what it may hold; reading a tree and writing it back are the two implementations. So a key that
/// is read but never shown, or shown but never read, cannot be written down.
/// </summary>
/// <typeparam name="T">The record; every <c>now</c> below takes a property's present value out of it when writing.</typeparam>
internal abstract class Fields<T>
{
    public abstract TValue Value<TValue>(string key, Func<T, TValue> now, ValueKind<TValue> kind);

    /// <summary>A list of scalars.</summary>
    public abstract ValueList<TValue> List<TValue>(string key, Func<T, ValueList<TValue>> now, ValueKind<TValue> kind);

    public abstract TBlock Block<TBlock>(string key, Func<T, TBlock> now, Func<Fields<TBlock>, TBlock> map);

    /// <summary>A block, or <c>off</c>, which is null.</summary>
    public abstract TBlock? BlockOrOff<TBlock>(string key, Func<T, TBlock?> now, Func<Fields<TBlock>, TBlock> map)
        where TBlock : class;

    /// <summary>A list of blocks; what an item leaves out comes from the block <see cref="ConfigSchema"/> names for that list.</summary>
    public abstract ValueList<TItem> Items<TItem>(string key, Func<T, ValueList<TItem>> now, Func<Fields<TItem>, TItem> map);

    /// <summary>Keys of this same block that make a record of their own.</summary>
    public abstract TPart Part<TPart>(Func<T, TPart> now, Func<Fields<TPart>, TPart> map);

    /// <summary>
    /// The same fields if they can have an effect; otherwise giving one is refused with <paramref name="when"/>, and none is shown.
    /// </summary>
    public abstract Fields<T> Only(bool applies, string when);

    /// <summary>Refuses what no single value shows to be wrong. Ignored when writing.</summary>
    public abstract void Require(bool valid, string key, string message, int? item = null);

    public TimeSpan Duration(string key, Func<T, TimeSpan> now, TimeSpan min, TimeSpan max) =>
        Value(key, now, ValueKinds.Duration(min, max));

    public long Bytes(string key, Func<T, long> now, long min, long max) => Value(key, now, ValueKinds.Bytes(min, max));

    public int Count(string key, Func<T, int> now, int min, int max) => Value(key, now, ValueKinds.Count(min, max));

    public bool Switch(string key, Func<T, bool> now) => Value(key, now, ValueKinds.Switch);
}
