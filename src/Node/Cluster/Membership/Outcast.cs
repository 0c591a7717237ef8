using Anode.Messages;
using Anode.Sockets.Client;

namespace Anode.Cluster.Membership;

/// <summary>What a node that was put out goes by: why, and at whose ports it sees that the others are within reach again.</summary>
internal sealed class Outcast
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private readonly IReadOnlyList<NetAddress> _others;

    private Outcast(string why, IReadOnlyList<NetAddress> others) => (Why, _others) = (why, others);

    public string Why { get; }

    /// <summary>
    /// Those who had fallen silent, since others may be in the same place as this one and just as far from the rest; if none had, all there are.
    /// </summary>
    public static Outcast Of(string why, IReadOnlyCollection<Peer> peers, string self, IReadOnlyList<NetAddress> seeds)
    {
        var others = peers.Where(peer => peer.Address != self).ToList();
        var silent = others.Where(peer => !peer.Reachable).ToList();
        return new Outcast(why, others.Count == 0
            ? [.. seeds.Where(seed => ClusterHocon.AddressOf(seed) is var address && Peer.TextOf(address) != self)]
            : [.. (silent.Count > 0 ? silent : others).Select(peer => ClusterHocon.AddressOf(peer.Member.Address))]);
    }

    /// <summary>One of their machines says anything at all, be it that nobody listens; or there is nobody to wait for.</summary>
    /// <param name="cut">Null: nothing but the network itself is between this node and them.</param>
    public async Task<bool> SeekAsync(IClusterCut? cut)
    {
        if (_others.Count == 0)
            return true;
        var audible = _others.Where(other => cut?.IsSilent(other) != true);
        var answers = await Task.WhenAll(audible.Select(other => ConnectProbe.AskAsync(other, Patience))).ConfigureAwait(false);
        return answers.Any(answer => answer != ProbeResult.Silent);
    }
}
