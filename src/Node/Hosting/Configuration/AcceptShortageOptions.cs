namespace Anode.Hosting.Configuration;

/// <summary>How long a listener rests when the process is out of descriptors or memory: <see cref="Min"/>, doubling to <see cref="Max"/>.</summary>
internal sealed record AcceptShortageOptions
{
    public required TimeSpan Min { get; init; }
    public required TimeSpan Max { get; init; }

    public static AcceptShortageOptions Map(Fields<AcceptShortageOptions> fields)
    {
        var shortage = new AcceptShortageOptions
        {
            Min = fields.Duration("min", o => o.Min, Bounds.Millisecond, Bounds.Day),
            Max = fields.Duration("max", o => o.Max, Bounds.Millisecond, Bounds.Day),
        };
        fields.Require(shortage.Min <= shortage.Max, "max", "node.accept-shortage.max is shorter than min");
        return shortage;
    }
}
