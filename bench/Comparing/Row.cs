using System.Text.Json;
using Anode.Bench.Servers;

namespace Anode.Bench.Comparing;

/// <summary>One server in one role.</summary>
/// <param name="Name">As the table calls it.</param>
/// <param name="Start">A fresh process; null where this machine or this build has none.</param>
/// <param name="Protocol">Which of its addresses is meant.</param>
internal sealed record Side(string Name, Func<Server>? Start, string Protocol);

/// <summary>One load, run against several servers in turn.</summary>
/// <param name="Name">What <c>--only</c> looks for.</param>
/// <param name="Command">Arguments of <c>anode bench</c>, without server and times.</param>
/// <param name="Sides">Who is put under it, in turn.</param>
/// <param name="Lines">What the table says of it.</param>
internal sealed record Row(string Name, string[] Command, Side[] Sides, Line[] Lines)
{
    /// <summary>It has a duration; counting idle connections has not.</summary>
    public bool IsTimed { get; init; } = true;

    /// <summary>At least so much warm-up: what runs a few thousand times a second takes longer to be compiled than what runs millions of times.</summary>
    public TimeSpan WarmUp { get; init; }
}

/// <summary>One line of the table.</summary>
/// <param name="What">The quantity, with its unit.</param>
/// <param name="Of">The side it is about.</param>
/// <param name="Beside">The side it is compared with; null: it stands for itself.</param>
/// <param name="Metric">From the command's JSON; null where a server does not tell.</param>
/// <param name="Demand">What is expected of the ratio, or of the figure where there is none.</param>
internal sealed record Line(string What, Side Of, Side? Beside, Func<JsonElement, double?> Metric, Demand Demand);

/// <summary>A bound.</summary>
internal sealed record Demand(bool AtLeast, double Bound)
{
    public static Demand Least(double bound) => new(true, bound);

    public static Demand Most(double bound) => new(false, bound);

    public bool IsMetBy(double value) => AtLeast ? value >= Bound : value <= Bound;

    public override string ToString() => FormattableString.Invariant($"{(AtLeast ? "≥" : "≤")} {Bound:0.##}");
}
