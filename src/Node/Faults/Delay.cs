namespace Anode.Faults;

/// <summary>How delays differ from one another.</summary>
internal enum Distribution
{
    /// <summary>Between latency − jitter and latency + jitter, all alike; without jitter always the same.</summary>
    Uniform,
    Constant,
    /// <summary>Around latency with the standard deviation jitter.</summary>
    Normal,
    /// <summary>Latency in the mean; jitter plays no part.</summary>
    Exponential,
    /// <summary>At least latency − jitter, latency in the mean, with a long tail (shape 3).</summary>
    Pareto,
}

/// <summary>A random time, never below zero.</summary>
internal readonly record struct Delay(TimeSpan Latency, TimeSpan Jitter, Distribution Distribution)
{
    private const double ParetoShape = 3;

    public static Delay Read(FaultFields fields)
    {
        var delay = new Delay(
            fields.Duration("latency", TimeSpan.FromMilliseconds(-1)), fields.Duration("jitter", TimeSpan.Zero), fields.Choice("distribution", Distribution.Uniform));
        return delay.Latency >= TimeSpan.Zero ? delay : throw new FaultException("latency is missing: a duration like 20ms");
    }

    public TimeSpan Draw(Dice dice)
    {
        var (mean, spread) = ((double)Latency.Ticks, (double)Jitter.Ticks);
        var ticks = Distribution switch
        {
            Distribution.Constant => mean,
            Distribution.Normal => mean + (spread * Gaussian(dice)),
            Distribution.Exponential => -mean * Math.Log(1 - dice.Fraction()),
            Distribution.Pareto => mean - spread + (spread * (ParetoShape - 1) * (Math.Pow(1 - dice.Fraction(), -1 / ParetoShape) - 1)),
            _ => spread == 0 ? mean : mean + (spread * ((2 * dice.Fraction()) - 1)),
        };
        return new TimeSpan((long)Math.Clamp(ticks, 0, TimeSpan.TicksPerDay));
    }

    /// <summary>Box and Muller's.</summary>
    private static double Gaussian(Dice dice) => Math.Sqrt(-2 * Math.Log(1 - dice.Fraction())) * Math.Cos(2 * Math.PI * dice.Fraction());
}
