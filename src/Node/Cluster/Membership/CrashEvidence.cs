namespace Anode.Cluster.Membership;

/// <summary>One process that was a member: an address, and Akka's number of the process there.</summary>
internal readonly record struct ProcessId(string Address, int Uid);

/// <summary>
/// Who was refused at whose ports. A process that was killed answers for itself: its kernel refuses for it, at once and to everybody. When the
/// majority of the members has been refused it is gone, and nobody need wait for the detector; silence, on the other hand, proves nothing.
/// </summary>
/// <param name="validity">A refusal that is older says nothing any more: something may have been started there since.</param>
internal sealed class CrashEvidence(TimeSpan validity)
{
    private readonly Dictionary<ProcessId, Dictionary<string, TimeSpan>> _refused = [];

    /// <param name="suspect">At whose ports.</param>
    /// <param name="reporter">Address of the member that was refused.</param>
    /// <param name="now">Monotonic.</param>
    public void Note(ProcessId suspect, string reporter, TimeSpan now)
    {
        if (!_refused.TryGetValue(suspect, out var reporters))
            _refused[suspect] = reporters = new(StringComparer.Ordinal);
        reporters[reporter] = now;
    }

    public void Forget(ProcessId suspect) => _refused.Remove(suspect);

    /// <summary>More than half of the members, the suspect counted among them, were refused lately.</summary>
    public bool IsConclusive(ProcessId suspect, IReadOnlyCollection<string> members, TimeSpan now) => 2 * Count(suspect, members, now) > members.Count;

    public int Count(ProcessId suspect, IReadOnlyCollection<string> members, TimeSpan now) => _refused.TryGetValue(suspect, out var reporters)
        ? reporters.Count(report => report.Key != suspect.Address && now - report.Value <= validity && members.Contains(report.Key))
        : 0;
}
