using Anode.Cluster.Membership;

namespace Anode.Cluster.Placement;

/// <summary>An endpoint that runs on exactly one member.</summary>
/// <param name="Name">In the configuration of all members that may run it.</param>
/// <param name="Roles">A member needs one of them; none: any member.</param>
/// <param name="Prefer">Names of nodes, the best first; where it is put, but not for which it is moved.</param>
internal sealed record Declared(string Name, IReadOnlyList<string> Roles, IReadOnlyList<string> Prefer);

/// <summary>A member that takes endpoints.</summary>
/// <param name="Host">Its process.</param>
/// <param name="Node">Its name.</param>
/// <param name="Roles">As configured there.</param>
/// <param name="Endpoints">Those it has in its configuration; others it could not open.</param>
internal sealed record Capability(ProcessId Host, string Node, IReadOnlyList<string> Roles, IReadOnlySet<string> Endpoints)
{
    public bool CanRun(Declared endpoint) =>
        Endpoints.Contains(endpoint.Name) && (endpoint.Roles.Count == 0 || endpoint.Roles.Any(Roles.Contains));
}

/// <summary>A process that has an endpoint, or may still have it.</summary>
internal readonly record struct Holding(ProcessId Host, Epoch Epoch);

/// <summary>What is to be done.</summary>
internal abstract record PlanAction(string Endpoint, ProcessId Host);

internal sealed record StartIt(string Endpoint, ProcessId Host) : PlanAction(Endpoint, Host);

internal sealed record StopIt(string Endpoint, ProcessId Host) : PlanAction(Endpoint, Host);

/// <summary>
/// Which endpoint runs where: from what is and what is wanted to what is to be done, and nothing else. Whatever it says is safe to be done
/// at once: nothing is started that anybody may still have, so a move takes two plans.
/// </summary>
/// <remarks>
/// Nothing moves that need not: every move ends connections. So a member that joins takes what is without an owner, and the rest stays where it is
/// until somebody moves it by hand or its owner goes.
/// </remarks>
internal static class Planner
{
    /// <param name="declared">Those about which something may be decided now.</param>
    /// <param name="hosts">Who takes endpoints.</param>
    /// <param name="held">Who has what, or may have; also those who take no more.</param>
    /// <param name="moves">Where an operator wants one.</param>
    public static IReadOnlyList<PlanAction> Plan(
        IReadOnlyCollection<Declared> declared,
        IReadOnlyCollection<Capability> hosts,
        IReadOnlyDictionary<string, IReadOnlyList<Holding>> held,
        IReadOnlyDictionary<string, ProcessId> moves)
    {
        var actions = new List<PlanAction>();
        var load = hosts.ToDictionary(host => host.Host, _ => 0);
        var homeless = new List<(Declared Endpoint, Capability[] Able)>();
        foreach (var endpoint in declared)
        {
            Capability[] able = [.. hosts.Where(host => host.CanRun(endpoint))];
            var holders = held.GetValueOrDefault(endpoint.Name) ?? [];
            var keeper = KeeperOf(holders, able, moves.TryGetValue(endpoint.Name, out var wanted) ? wanted : null);
            actions.AddRange(holders.Where(holder => holder.Host != keeper).Select(holder => new StopIt(endpoint.Name, holder.Host)));
            if (keeper is { } host)
                load[host]++;
            else if (holders.Count == 0 && able.Length > 0)
                homeless.Add((endpoint, able));
        }

        // Those with the least choice first, so that they do not find their only home full of others that could be anywhere.
        foreach (var (endpoint, able) in homeless.OrderBy(one => one.Able.Length).ThenBy(one => one.Endpoint.Name, StringComparer.Ordinal))
        {
            var host = HomeFor(endpoint, able, moves.TryGetValue(endpoint.Name, out var wanted) ? wanted : null, load);
            load[host]++;
            actions.Add(new StartIt(endpoint.Name, host));
        }

        return actions;
    }

    /// <summary>Of two that have it the later grant counts.</summary>
    private static ProcessId? KeeperOf(IReadOnlyList<Holding> holders, Capability[] able, ProcessId? wanted)
    {
        var may = holders.Where(holder => able.Any(host => host.Host == holder.Host)).OrderByDescending(holder => holder.Epoch).ToList();
        if (may.Count == 0 || (wanted is { } target && may[0].Host != target && able.Any(host => host.Host == target)))
            return null;
        return may[0].Host;
    }

    private static ProcessId HomeFor(Declared endpoint, Capability[] able, ProcessId? wanted, Dictionary<ProcessId, int> load)
    {
        if (Array.Find(able, host => host.Host == wanted) is { } target)
            return target.Host;
        foreach (var name in endpoint.Prefer)
        {
            if (Array.Find(able, host => host.Node == name) is { } preferred)
                return preferred.Host;
        }

        return able.OrderBy(host => load[host.Host]).ThenBy(host => host.Node, StringComparer.Ordinal).ThenBy(host => host.Host.Address, StringComparer.Ordinal).First().Host;
    }
}
