namespace Anode.Cluster.Placement;

/// <summary>Number of a grant: every later one of the same endpoint is greater, whoever directs.</summary>
/// <param name="Term">Of the director that granted; grows with each.</param>
/// <param name="Number">Counted by that director.</param>
internal readonly record struct Epoch(long Term, long Number) : IComparable<Epoch>
{
    public int CompareTo(Epoch other) => (Term, Number).CompareTo((other.Term, other.Number));

    public static bool operator >(Epoch left, Epoch right) => left.CompareTo(right) > 0;

    public static bool operator <(Epoch left, Epoch right) => left.CompareTo(right) < 0;

    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Term}.{Number}");
}
