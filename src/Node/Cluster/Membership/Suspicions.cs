using Akka.Actor;
using Anode.Sockets;
using Anode.Sockets.Client;

namespace Anode.Cluster.Membership;

/// <summary>
/// Probes the ports of members that fell silent, and keeps what came of it here and at the other members. Part of the membership actor and used
/// on its turns only; answers come as messages.
/// </summary>
internal sealed class Suspicions(ActorSystem system, IActorRef membership, string self, IClusterCut? cut)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500), Validity = TimeSpan.FromSeconds(5), Steady = TimeSpan.FromSeconds(1);

    /// <summary>A dying process may lose its connections a moment before its listener.</summary>
    private static readonly TimeSpan[] Soon = [TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(300), TimeSpan.FromMilliseconds(600)];

    private readonly CrashEvidence _evidence = new(Validity);
    private readonly HashSet<ProcessId> _probed = [];

    /// <summary>What came of a probe of all ports of a member.</summary>
    internal sealed record Probed(ProcessId Suspect, int Attempt, ProbeResult Result) : IReapable;

    internal sealed record ProbeAgain(ProcessId Suspect, int Attempt) : IReapable;

    private static TimeSpan Now => TimeSpan.FromMilliseconds(Environment.TickCount64);

    /// <summary>Unless it is being probed already: then that goes on, and nobody gets two series by being suspected twice.</summary>
    public void Begin(Peer peer)
    {
        if (_probed.Add(peer.Process))
            Probe(peer, 0);
    }

    public void Probe(Peer peer, int attempt) =>
        Ask(peer, attempt).PipeTo(membership, failure: _ => new Probed(peer.Process, attempt, ProbeResult.Silent));

    /// <summary>True: it was refused, and the others should know.</summary>
    public bool OnProbed(Probed probed, bool reachable)
    {
        var refused = probed.Result == ProbeResult.Refused;
        if (refused)
            Note(probed.Suspect, self);
        if (probed.Attempt < Soon.Length || !reachable)
        {
            var pause = probed.Attempt < Soon.Length ? Soon[probed.Attempt] : Steady;
            system.Scheduler.ScheduleTellOnce(pause, membership, new ProbeAgain(probed.Suspect, probed.Attempt + 1), ActorRefs.NoSender);
        }
        else
        {
            End(probed.Suspect);
        }

        return refused;
    }

    /// <summary>It is no member any more, or answers.</summary>
    public void End(ProcessId process) => _probed.Remove(process);

    public void Note(ProcessId suspect, string reporter) => _evidence.Note(suspect, reporter, Now);

    public void Clear(ProcessId process) => _evidence.Forget(process);

    public bool IsGone(ProcessId suspect, IReadOnlyCollection<string> members, out int refused)
    {
        refused = _evidence.Count(suspect, members, Now);
        return _evidence.IsConclusive(suspect, members, Now);
    }

    /// <summary>Gone only if every port it had says so: one that still listens, or says nothing, speaks for the process.</summary>
    private async Task<Probed> Ask(Peer peer, int attempt)
    {
        var address = ClusterHocon.AddressOf(peer.Member.Address);
        var result = cut?.IsSilent(address) == true ? ProbeResult.Silent : await ConnectProbe.AskAsync(address, Patience).ConfigureAwait(false);
        if (result == ProbeResult.Refused && peer.Hello?.Link is { IsUnix: false } link)
            result = await ConnectProbe.AskAsync(link, Patience).ConfigureAwait(false);
        return new Probed(peer.Process, attempt, result);
    }
}
