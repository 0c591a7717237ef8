using System.Runtime.CompilerServices;

namespace Anode.Cli.Bench.Checks;

/// <summary>For a subscriber that gets everything: per publisher the sequence goes up by exactly one.</summary>
/// <remarks>
/// A gap is counted as lost at once; what comes later and lies in it turns from lost into out of order, anything else that was passed already
/// is a duplicate. Gaps are remembered up to a bound, beyond which a late message counts as a duplicate: the verdict is bad anyway.
/// </remarks>
internal sealed class SequenceCheck : IDeliveryCheck
{
    private const int MostGaps = 4096;

    private readonly string _who;
    private readonly uint _run;
    private readonly int _first;
    private readonly ulong[] _next;
    private readonly List<Gap> _gaps = [];

    /// <param name="who">As sentences call the subscriber.</param>
    /// <param name="run">The run's number.</param>
    /// <param name="first">The first publisher it listens to.</param>
    /// <param name="count">How many publishers, from that one on.</param>
    public SequenceCheck(string who, uint run, int first, int count) => (_who, _run, _first, _next) = (who, run, first, new ulong[count]);

    public Verdict Verdict { get; } = new();

    public long Accounted
    {
        get
        {
            var sum = 0UL;
            for (var i = 0; i < _next.Length; i++)
                sum += Volatile.Read(ref _next[i]);
            return (long)sum;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Take(Stamp stamp)
    {
        var index = stamp.Publisher - (uint)_first;
        var next = _next;
        if (stamp.Run == _run && index < (uint)next.Length && next[index] == stamp.Sequence)
            next[index]++;
        else
            Offend(stamp, index);
    }

    /// <summary>What never came of what was sent.</summary>
    public void End(IReadOnlyList<long> sent)
    {
        for (var i = 0; i < _next.Length; i++)
        {
            var missing = sent[_first + i] - (long)_next[i];
            if (missing <= 0)
                continue;
            Verdict.Lost += missing;
            Verdict.Say(() => $"{_who}: publisher {_first + i}: {Range(_next[i], (ulong)sent[_first + i])} never came");
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Offend(Stamp stamp, uint index)
    {
        if (stamp.Run != _run || index >= (uint)_next.Length)
        {
            Verdict.Foreign++;
            Verdict.Say(() => stamp.Run == _run ? $"{_who}: a message of publisher {stamp.Publisher} came, which is none of its own" : $"{_who}: a message of somebody else came");
            return;
        }

        var (expected, came) = (_next[index], stamp.Sequence);
        if (came > expected)
        {
            Verdict.Lost += (long)(came - expected);
            Verdict.Say(() => $"{_who}: publisher {stamp.Publisher}: {Range(expected, came)} missing, {came} came instead");
            if (_gaps.Count < MostGaps)
                _gaps.Add(new Gap(index, expected, came));
            _next[index] = came + 1;
            return;
        }

        if (TryFill(index, came))
        {
            Verdict.Lost--;
            Verdict.Reordered++;
            Verdict.Say(() => $"{_who}: publisher {stamp.Publisher}: {came} came late, after {expected - 1}");
            return;
        }

        Verdict.Duplicated++;
        Verdict.Say(() => $"{_who}: publisher {stamp.Publisher}: {came} came again");
    }

    private bool TryFill(uint publisher, ulong sequence)
    {
        var at = _gaps.FindIndex(gap => gap.Publisher == publisher && gap.From <= sequence && sequence < gap.To);
        if (at < 0)
            return false;
        var gap = _gaps[at];
        _gaps.RemoveAt(at);
        if (gap.From < sequence)
            _gaps.Add(gap with { To = sequence });
        if (sequence + 1 < gap.To)
            _gaps.Add(gap with { From = sequence + 1 });
        return true;
    }

    private static string Range(ulong from, ulong to) => to - from == 1 ? $"{from}" : $"{from} to {to - 1}";

    /// <param name="Publisher">Counted from the first of this check.</param>
    /// <param name="From">The first that is missing.</param>
    /// <param name="To">The one behind the last.</param>
    private readonly record struct Gap(uint Publisher, ulong From, ulong To);
}
