namespace Anode.Experiments.Plans;

/// <summary>Chance from a seed, the same on every machine and in every version of the runtime (SplitMix64, Steele et al. 2014).</summary>
internal struct Draw(ulong seed)
{
    private ulong _state = seed;

    /// <summary>A stream of its own for each purpose: one that is drawn from more often does not shift the others.</summary>
    public static Draw For(ulong seed, string purpose, ulong number = 0)
    {
        var hash = 14695981039346656037UL; // FNV-1a
        foreach (var c in purpose)
            hash = (hash ^ c) * 1099511628211UL;
        return new Draw(Mix(seed ^ Mix(hash ^ Mix(number))));
    }

    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15UL;
        return Mix(_state);
    }

    /// <summary>In [0, 1).</summary>
    public double Share() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>In [0, bound).</summary>
    public int Below(int bound) => (int)(Share() * bound);

    /// <summary>Time between arrivals of chance.</summary>
    public double Exponential(double mean) => -Math.Log(1 - Share()) * mean;

    /// <summary>So many different ones of these, in their order.</summary>
    public T[] Choose<T>(IReadOnlyList<T> from, int count)
    {
        var left = Enumerable.Range(0, from.Count).ToList();
        var chosen = new List<int>(count);
        for (var i = 0; i < count && left.Count > 0; i++)
        {
            var at = Below(left.Count);
            chosen.Add(left[at]);
            left.RemoveAt(at);
        }

        return [.. chosen.Order().Select(i => from[i])];
    }

    private static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9UL;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EBUL;
        return x ^ (x >> 31);
    }
}
