using Anode.Experiments.Plans;

namespace Anode.Experiments.Accounting;

/// <summary>The median of a few values, and an interval in which 95 of 100 medians of samples drawn anew from them lie.</summary>
internal sealed record Interval(int Count, double Median, double? Low, double? High)
{
    private const int Rounds = 2000;

    public static Interval? Of(IReadOnlyList<double> values)
    {
        if (values.Count == 0)
            return null;
        if (values.Count < 3)
            return new Interval(values.Count, MedianOf([.. values]), null, null); // of two values nothing can be said
        var draw = Draw.For(7, "bootstrap");
        var medians = new double[Rounds];
        var sample = new double[values.Count];
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < sample.Length; i++)
                sample[i] = values[draw.Below(values.Count)];
            medians[round] = MedianOf([.. sample]);
        }

        Array.Sort(medians);
        return new Interval(values.Count, MedianOf([.. values]), medians[(int)(Rounds * .025)], medians[(int)(Rounds * .975)]);
    }

    private static double MedianOf(double[] values)
    {
        Array.Sort(values);
        return values.Length % 2 == 1 ? values[values.Length / 2] : (values[values.Length / 2 - 1] + values[values.Length / 2]) / 2;
    }
}
