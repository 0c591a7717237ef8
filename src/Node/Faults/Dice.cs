namespace Anode.Faults;

/// <summary>
/// Chance for one fault on one connection and direction: a generator of its own, so that what one fault draws never changes what another does, and the
/// same seed draws the same. The generator is Vigna's SplitMix64, whose numbers do not depend on the runtime's version.
/// </summary>
internal sealed class Dice(ulong seed)
{
    private ulong _state = seed;

    public static Dice Of(long seed, long stream) => new(Mix((ulong)seed + (0x9E3779B97F4A7C15 * (ulong)(stream + 1))));

    public ulong Next() => Mix(_state += 0x9E3779B97F4A7C15);

    /// <summary>From 0 up to but not 1.</summary>
    public double Fraction() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>From 0 up to but not <paramref name="bound"/>.</summary>
    public int Below(int bound) => (int)(Fraction() * bound);

    public bool Hits(double probability) => probability >= 1 || Fraction() < probability;

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
