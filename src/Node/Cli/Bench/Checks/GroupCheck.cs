using System.Runtime.CompilerServices;

namespace Anode.Cli.Bench.Checks;

/// <summary>
/// For one member of a queue group: per publisher its sequence goes up, by whatever the other members got. Whether all of it together is
/// complete is for <see cref="End"/>.
/// </summary>
/// <remarks>
/// Completeness is a count and a sum of scrambled sequence numbers for each publisher, as nobody could remember hundreds of millions
/// of them: a message lost and another one doubled keep the count, but not the sum.
/// </remarks>
internal sealed class GroupCheck : IDeliveryCheck
{
    private readonly string _who;
    private readonly uint _run;
    private readonly Member[] _publishers;
    private long _accounted;

    public GroupCheck(string who, uint run, int publishers) => (_who, _run, _publishers) = (who, run, new Member[publishers]);

    public Verdict Verdict { get; } = new();

    public long Accounted => Volatile.Read(ref _accounted);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Take(Stamp stamp)
    {
        if (stamp.Run != _run || stamp.Publisher >= (uint)_publishers.Length)
        {
            Verdict.Foreign++;
            Verdict.Say(() => $"{_who}: a message of somebody else came");
            return;
        }

        ref var publisher = ref _publishers[stamp.Publisher];
        if (stamp.Sequence < publisher.Next)
            Offend(stamp, publisher.Next);
        else
            publisher.Next = stamp.Sequence + 1;
        publisher.Count++;
        publisher.Sum += Scramble(stamp.Sequence);
        _accounted++;
    }

    /// <summary>Whether all members together got everything once.</summary>
    public static Verdict End(IReadOnlyList<GroupCheck> members, IReadOnlyList<long> sent)
    {
        var verdict = new Verdict();
        for (var i = 0; i < sent.Count; i++)
        {
            var (count, sum, expected) = (0L, 0UL, 0UL);
            foreach (var member in members)
                (count, sum) = (count + member._publishers[i].Count, unchecked(sum + member._publishers[i].Sum));
            for (var sequence = 0UL; sequence < (ulong)sent[i]; sequence++)
                expected += Scramble(sequence);
            if (count < sent[i])
            {
                verdict.Lost += sent[i] - count;
                verdict.Say(() => $"the group: publisher {i}: {sent[i] - count} of {sent[i]} never came");
            }
            else if (count > sent[i])
            {
                verdict.Duplicated += count - sent[i];
                verdict.Say(() => $"the group: publisher {i}: {count - sent[i]} came twice");
            }
            else if (sum != expected)
            {
                (verdict.Lost, verdict.Duplicated) = (verdict.Lost + 1, verdict.Duplicated + 1);
                verdict.Say(() => $"the group: publisher {i}: {count} came, but not each of them once");
            }
        }

        return verdict;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Offend(Stamp stamp, ulong next)
    {
        Verdict.Reordered++;
        Verdict.Say(() => $"{_who}: publisher {stamp.Publisher}: {stamp.Sequence} came after {next - 1}");
    }

    /// <summary>The finalizer of splitmix64: sums of it meet by chance once in 2^64.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Scramble(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    private struct Member
    {
        public ulong Next;
        public long Count;
        public ulong Sum;
    }
}
