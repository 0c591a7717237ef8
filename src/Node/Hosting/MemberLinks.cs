using Akka.Actor;
using Anode.Cluster;
using Anode.Messages;
using Anode.Protocols.Relay;
using Anode.Sockets;

namespace Anode.Hosting;

/// <summary>
/// Links between the members of a cluster, which nobody has to write down: of any two members the one whose name comes first dials the other, for as
/// long as that is a member.
/// </summary>
/// <remarks>Called on the turn of the actor that knows the members; it only sends.</remarks>
internal sealed class MemberLinks(RelayCore core, EndpointDirectory endpoints, Func<IActorRef?> supervisor, Func<NetAddress, TlsKeeper?> tls) : IMemberWatcher
{
    private readonly Dictionary<string, (NetAddress Link, string Endpoint)> _dialled = new(StringComparer.Ordinal);
    private int _count;

    public NetAddress? LinkAddress => endpoints.All
        .Where(entry => entry.Spec is { Kind: EndpointKind.Listener, Protocol: EndpointSpecs.LinkProtocol })
        .Select(entry => entry.Status)
        .FirstOrDefault(status => status is { State: Endpoint.State.Bound, Local: { IsUnix: false, Host: not ("0.0.0.0" or "::") } })?.Local;

    public void OnMembers(IReadOnlyList<MemberInfo> members)
    {
        if (supervisor() is not { } supervising)
            return;
        var wanted = members
            .Where(member => member.Link is not null && string.CompareOrdinal(core.Node, member.Name) < 0)
            .ToDictionary(member => member.Name, member => member.Link!);
        foreach (var (name, (link, endpoint)) in _dialled.ToList())
        {
            if (wanted.TryGetValue(name, out var now) && now == link)
                continue;
            _dialled.Remove(name);
            supervising.Tell(new EndpointsActor.Remove(endpoint));
        }

        foreach (var (name, link) in wanted)
        {
            if (_dialled.ContainsKey(name))
                continue;
            // Counted, since a name is in use until the last of its actors has ended.
            var endpoint = ++_count == 1 ? $"member-{name}" : $"member-{name}-{_count}";
            _dialled[name] = (link, endpoint);
            supervising.Tell(new EndpointsActor.Add(EndpointSpecs.LinkTo(core, endpoint, link, tls(link))));
        }
    }
}
