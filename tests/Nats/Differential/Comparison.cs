using System.Text;

namespace Anode.Tests.Nats.Differential;

/// <summary>Two transcripts of one script, and whether <see cref="Differences"/> accounts for every place where they are not alike.</summary>
internal sealed class Comparison
{
    private readonly Frame[] _theirs;
    private readonly Frame[] _ours;
    private readonly HashSet<(int Theirs, int Ours, bool Refused)> _deadEnds = [];
    private readonly List<string> _used = [];

    private Comparison(IEnumerable<Frame> theirs, IEnumerable<Frame> ours) =>
        (_theirs, _ours) = ([.. Frame.Comparable(theirs)], [.. Frame.Comparable(ours)]);

    /// <summary>The rules that were needed; null: none of them accounts for it.</summary>
    public static IReadOnlyList<string>? Explain(IEnumerable<Frame> theirs, IEnumerable<Frame> ours)
    {
        var comparison = new Comparison(theirs, ours);
        return comparison.Agree(0, 0, refused: false) ? comparison._used : null;
    }

    public static void Check(string script, IReadOnlyList<Frame> theirs, IReadOnlyList<Frame> ours)
    {
        if (Explain(theirs, ours) is null)
            throw new Xunit.Sdk.XunitException(Told(script, theirs, ours));
    }

    private static string Told(string script, IEnumerable<Frame> theirs, IEnumerable<Frame> ours)
    {
        var text = new StringBuilder("no rule accounts for the difference\nscript:\n").Append(script.Replace("\r", "\\r"));
        foreach (var (who, frames) in new[] { ("nats-server", theirs), ("ours", ours) })
        {
            text.Append('\n').Append(who).Append(":\n");
            foreach (var frame in Frame.Comparable(frames))
                text.Append("  ").Append(frame).Append('\n');
        }

        return text.ToString();
    }

    private bool Agree(int theirs, int ours, bool refused)
    {
        if (theirs == _theirs.Length && ours == _ours.Length)
            return true;
        if (_deadEnds.Contains((theirs, ours, refused)))
            return false;
        if (theirs < _theirs.Length && ours < _ours.Length && _theirs[theirs] == _ours[ours] && Agree(theirs + 1, ours + 1, refused))
            return true;
        foreach (var skip in Differences.At(_theirs.AsSpan(theirs), _ours.AsSpan(ours), refused))
        {
            _used.Add(skip.Rule);
            if (Agree(theirs + skip.Theirs, ours + skip.Ours, refused || skip.Rule == Differences.RefusedSubscription))
                return true;
            _used.RemoveAt(_used.Count - 1);
        }

        _deadEnds.Add((theirs, ours, refused));
        return false;
    }
}
