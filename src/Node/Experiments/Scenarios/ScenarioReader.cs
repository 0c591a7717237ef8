using System.Globalization;
using Anode.Hosting.Configuration;
using Anode.Ledger;
using Anode.Messages;

namespace Anode.Experiments.Scenarios;

/// <summary>Text → scenario, or everything that is wrong with it, each with its line, key and the nearest valid one. Pure.</summary>
internal static class ScenarioReader
{
    private static readonly Crew Nobody = new(0, [], "", TimeSpan.Zero, false, true);

    public static bool TryRead(string text, string file, out Scenario scenario, out IReadOnlyList<ConfigError> errors)
    {
        scenario = null!;
        if (!HoconReader.TryReadDocument(text, file, out var root, out var error))
        {
            errors = [error];
            return false;
        }

        var found = new List<ConfigError>();
        var outer = new ScenarioBlock(root, "", found);
        if (outer.Tree("experiment") is not { } tree)
        {
            errors = [root.Origin.Error("experiment", "there is no block experiment { … }")];
            return false;
        }

        scenario = Read(new ScenarioBlock(tree, "experiment", found));
        foreach (var other in root.Items.Where(item => item.Key != "experiment"))
            found.Add(other.Value.Origin.Error(other.Key, $"unknown key {other.Key}; everything stands in experiment {{ … }}"));
        errors = [.. found.DistinctBy(e => e.ToString()).OrderBy(e => e.Line)];
        return errors.Count == 0;
    }

    private static Scenario Read(ScenarioBlock block)
    {
        block.Value("format", 1, (string text, out int value) => int.TryParse(text, out value) && value == 1, "1, the only format there is");
        var topology = ReadTopology(block.Block("topology"));
        var places = topology.Nodes.Concat(topology.Endpoints.Keys).ToArray();
        var workloads = block.Blocks("workload").Select((item, i) => ReadWorkload(item, i, topology, places)).ToArray();
        block.Require(workloads.Length > 0, "workload", "is empty: there is nothing to measure");
        block.Require(!topology.Proxies || workloads.DistinctBy(w => w.Protocol).Count() <= 1, "workload", "has items of several protocols: proxies pass one on");
        block.Require(workloads.DistinctBy(w => w.Id).Count() == workloads.Length, "workload", "has two items with the same id");
        var phases = ReadPhases(block);
        var faults = block.Blocks("faults").Select((item, i) => ReadFault(item, $"f{i + 1}", topology, phases)).ToArray();
        block.Require(faults.DistinctBy(f => f.Id).Count() == faults.Length, "faults", "has two items with the same id");
        var random = block.Has("random-faults") ? ReadRandom(block.Block("random-faults"), topology, phases) : null;
        var off = block.Words("mechanism-off");
        var scenario = new Scenario(
            block.Text("name", "experiment"),
            block.Text("question", ""),
            block.Value<ulong>("seed", 1, (string text, out ulong value) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value), "a whole number"),
            block.Count("repeat", 1, 1, 1000),
            block.Switch("control-run", true),
            topology, workloads, phases, faults, random,
            ReadSteadyState(block.Block("steady-state")),
            ExpectationReader.Read(block.Block("expect"), phases),
            ReadAbort(block.Block("abort")))
        { MechanismOff = off };
        block.Require(scenario.Name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'), "name", "has other characters than letters, digits and dashes: it becomes the name of a folder");
        block.Done();
        return scenario;
    }

    private static Topology ReadTopology(ScenarioBlock block)
    {
        var attached = block.Block("attached").Named().ToDictionary(
            item => item.Name,
            item =>
            {
                var node = new AttachedNode(item.Block.Text("server", ""), item.Block.Text("nats", ""), item.Block.Text("http", ""));
                foreach (var (key, address) in (ReadOnlySpan<(string, string)>)[("server", node.Server), ("nats", node.Nats)])
                    item.Block.Require(address.Length == 0 || NetAddress.TryParse(address, out _, out _), key, $"= '{address}' is not an address like tcp://127.0.0.1:7400");
                item.Block.Done();
                return node;
            },
            StringComparer.Ordinal);
        var nodes = block.Words("nodes", attached.Count > 0 ? [.. attached.Keys] : ["a"]);
        block.Require(nodes.Length > 0 && nodes.Distinct().Count() == nodes.Length, "nodes", "must name each node once");
        block.Require(nodes.All(name => name.Length is > 0 and <= 64 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')), "nodes", "has a name with other characters than letters, digits, - and _");
        var endpoints = block.Block("endpoints").Named().ToDictionary(
            item => item.Name,
            item =>
            {
                IReadOnlyList<string> candidates = item.Block.Words("candidates", nodes);
                item.Block.Require(candidates.All(nodes.Contains), "candidates", $"names a node that is none of {string.Join(", ", nodes)}");
                item.Block.Done();
                return candidates;
            },
            StringComparer.Ordinal);
        var cluster = block.Switch("cluster", false);
        var topology = new Topology(
            block.OneOf("target", "anode", "anode", "nats-server"), nodes, ReadLinks(block, nodes), cluster, attached, endpoints, block.Tree("node-config"), block.Switch("proxies", false))
        { Restarts = block.OneOf("restart", "no", "no", "on-failure") == "on-failure" };
        block.OneOf("mode", "processes", "processes", "attached");
        block.Require(endpoints.Count == 0 || cluster, "endpoints", "needs cluster = on: without one nobody decides who has them");
        block.Require(!topology.Proxies || endpoints.Count == 0, "proxies", "= on and endpoints do not go together: what moves has no proxy in front of it");
        block.Require(!nodes.Contains(Plans.Planner.ProxyNode), "nodes", $"has '{Plans.Planner.ProxyNode}', which is what the process in front of them is called");
        block.Done();
        return topology;
    }

    private static (string From, string To)[] ReadLinks(ScenarioBlock block, IReadOnlyList<string> nodes)
    {
        var links = new List<(string, string)>();
        foreach (var text in block.Words("links"))
        {
            // Names may have dashes themselves, so every place to cut is tried.
            var cut = Enumerable.Range(0, text.Length).FirstOrDefault(i => text[i] == '-' && nodes.Contains(text[..i]) && nodes.Contains(text[(i + 1)..]), -1);
            block.Require(cut > 0, "links", $"has '{text}', which is not NODE-NODE of {string.Join(", ", nodes)}");
            if (cut > 0)
                links.Add((text[..cut], text[(cut + 1)..]));
        }

        return [.. links];
    }

    /// <summary>Where a fault is: between the two of each pair, or between nodes of different groups that are linked, in the order of the groups.</summary>
    private static (string From, string To)[] ReadPairs(ScenarioBlock block, Topology topology)
    {
        var links = ReadLinks(block, topology.Nodes);
        var groups = block.Words("groups").Select(text => text.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries)).ToArray();
        if (groups.Length == 0)
            return links;
        block.Require(links.Length == 0, "groups", "and links say the same in two ways");
        block.Require(groups.Length > 1, "groups", "needs at least two, like [a, \"b c\"]");
        var named = groups.SelectMany(group => group).ToList();
        foreach (var name in named.Where(name => !topology.Nodes.Contains(name)))
            block.Require(false, "groups", $"has '{name}', which is none of {string.Join(", ", topology.Nodes)}");
        block.Require(named.Distinct().Count() == named.Count, "groups", "has a node twice");
        (string From, string To)[] pairs =
            [.. groups.SelectMany((group, i) => group.SelectMany(from => groups.Skip(i + 1).SelectMany(other => other).Where(to => topology.AreLinked(from, to)).Select(to => (from, to))))];
        block.Require(pairs.Length > 0, "groups", "has no two that are linked");
        return pairs;
    }

    private static Workload ReadWorkload(ScenarioBlock block, int index, Topology topology, string[] places)
    {
        var payload = block.Block("payload");
        var min = payload.Value<int>("min", 128, TryPayload, $"a size from {Stamp.Bytes} bytes (its stamp) to 16 MiB");
        var max = payload.Value<int>("max", min, TryPayload, $"a size from {Stamp.Bytes} bytes (its stamp) to 16 MiB");
        payload.Require(max >= min, "max", "is less than min");
        payload.OneOf("distribution", "uniform", "uniform");
        payload.Done();
        var protocol = block.OneOf("protocol", topology.Target == "anode" ? "native" : "nats", "native", "nats");
        block.Require(protocol == "nats" || topology.Target == "anode", "protocol", "must be nats: nats-server speaks nothing else");
        var acknowledge = block.OneOf("acknowledge", protocol == "native" ? "receipt" : "flush", "none", "receipt", "flush", "reply") switch
        {
            "none" => Acknowledge.None,
            "receipt" => Acknowledge.Receipt,
            "flush" => Acknowledge.Flush,
            _ => Acknowledge.Reply,
        };
        block.Require(acknowledge != Acknowledge.Receipt || protocol == "native", "acknowledge", "= receipt needs protocol = native: NATS has no receipts; flush is what it has");
        var retry = block.Switch("retry", false);
        block.Require(!retry || acknowledge == Acknowledge.Receipt, "retry", "needs acknowledge = receipt: only there has a message an id under which it can be sent again");
        var openLoop = block.OneOf("kind", "open-loop", "open-loop", "closed-loop") == "open-loop";
        block.Require(openLoop || acknowledge != Acknowledge.None, "kind", "= closed-loop needs something to wait for: acknowledge is none");
        var burst = block.OneOf("arrival", "constant", "constant", "poisson", "burst") == "burst" ? ReadBurst(block) : null;
        block.Require(burst is not null || !block.Has("burst"), "burst", "needs arrival = burst");
        var subject = block.Text("subject", "lab.{publisher}");
        var workload = new Workload(
            block.Text("id", $"w{index + 1}"), openLoop, block.Rate("rate", 200), block.Text("arrival", "") == "poisson", burst,
            min, max, protocol, subject, acknowledge, block.Duration("ack-timeout", TimeSpan.FromSeconds(2)), retry,
            ReadCrew(block, "publishers", 1, places), ReadCrew(block, "subscribers", 1, places), block.Has("slow-subscribers") ? ReadCrew(block, "slow-subscribers", 1, places) : Nobody);
        foreach (var (name, attached) in topology.Attached)
            block.Require((protocol == "nats" ? attached.Nats : attached.Server).Length > 0, "protocol", $"= {protocol} needs topology.attached.{name}.{(protocol == "nats" ? "nats" : "server")}, the address where {name} speaks it");
        block.Require(workload.Publishers.Count > 0, "publishers", "are none");
        block.Require(workload.Subscribers.Count > 0, "subscribers", "are none: nobody would miss anything");
        block.Require(!subject.Contains('*') && !subject.Contains('>') && !subject.Contains(' '), "subject", "must be a subject, not a filter");
        block.Done();
        return workload;
    }

    private static Burst ReadBurst(ScenarioBlock parent)
    {
        parent.Require(!parent.Has("rate"), "rate", "follows from the bursts: give burst { size, every }");
        parent.Require(parent.Text("kind", "open-loop") == "open-loop", "arrival", "= burst needs kind = open-loop");
        var block = parent.Block("burst");
        var burst = new Burst(block.Count("size", 100, 1, 100_000), block.Duration("every", TimeSpan.FromSeconds(1)));
        block.Require(burst.Every >= TimeSpan.FromMilliseconds(1), "every", "is less than 1ms");
        block.Done();
        return burst;
    }

    private static Crew ReadCrew(ScenarioBlock parent, string key, int count, string[] places)
    {
        var block = parent.Block(key);
        var crew = new Crew(
            block.Count("count", count, 0, 64), block.Words("at", places[0]), block.Text("queue", ""), block.Duration("delay", TimeSpan.Zero), block.Switch("failover", false),
            block.Switch("reconnect", true));
        block.Require(crew.At.Count > 0 && crew.At.All(places.Contains), "at", $"names something that is none of {string.Join(", ", places)}");
        block.Done();
        return crew;
    }

    private static Phase[] ReadPhases(ScenarioBlock block)
    {
        var phases = block.Blocks("phases").Select(item =>
        {
            var drain = item.OneOf("until", "time", "time", "quiescent") == "quiescent";
            var phase = new Phase(item.Text("name", "phase"), item.Duration("for", TimeSpan.FromSeconds(drain ? 10 : 5)), item.Switch("measured", !drain), drain);
            item.Require(phase.For > TimeSpan.Zero, "for", "is no time at all");
            item.Done();
            return phase;
        }).ToList();
        block.Require(phases.Count > 0, "phases", "is empty");
        block.Require(phases.DistinctBy(p => p.Name).Count() == phases.Count, "phases", "has two with the same name");
        block.Require(phases.SkipLast(1).All(p => !p.UntilQuiescent), "phases", "has one with until = quiescent that is not the last");
        if (phases.Count == 0 || !phases[^1].UntilQuiescent)
            phases.Add(new Phase("drain", TimeSpan.FromSeconds(10), Measured: false, UntilQuiescent: true));
        return [.. phases];
    }

    private static FaultSpec ReadFault(ScenarioBlock block, string id, Topology topology, Phase[] phases)
    {
        var kind = FaultKinds.Plain(block.Text("kind", ""));
        var known = FaultKinds.All.TryGetValue(kind, out var found);
        block.Require(known, "kind", $"= '{kind}' is no kind of fault; did you mean {NearestKey.Find(kind, FaultKinds.All.Keys)}?");
        var links = ReadPairs(block, topology);
        var byNode = known && found.Hand == FaultHand.Node;
        // A fault of a process has the node as its target; one inside a node has a target there, and says on which nodes.
        var onProcess = known && found.Hand is FaultHand.Process or FaultHand.Clients;
        var on = onProcess && block.Has("target") ? block.Words("target") : block.Words("on", links.Length > 0 ? [] : [topology.Nodes[0]]);
        var target = onProcess ? "" : block.Text("target", links.Length > 0 ? "" : "node");
        var atClients = byNode && target.StartsWith("client:", StringComparison.Ordinal);
        if (atClients)
        {
            block.Require(topology.Proxies, "target", $"= '{target}' needs topology.proxies = on: there it is done");
            (on, target) = ([target["client:".Length..]], "");
        }

        foreach (var name in on)
        {
            block.Require(
                topology.Nodes.Contains(name) || name is "one" or "minority" or "majority" or "minority-third" or "all"
                    || (name == FaultSpec.Director && topology.Cluster)
                    || (name.StartsWith(FaultSpec.OwnerOf, StringComparison.Ordinal) && topology.Endpoints.ContainsKey(name[FaultSpec.OwnerOf.Length..])),
                (onProcess || atClients) && block.Has("target") ? "target" : "on",
                $"= '{name}' is no node and none of one, minority, majority, minority-third, all, director (of a cluster), owner-of:ENDPOINT");
        }

        var attached = on.FirstOrDefault(topology.Attached.ContainsKey);
        block.Require(attached is null || !onProcess || found.Hand == FaultHand.Clients, "target", $"= '{attached}' is a node that was not started here: its process is left alone");
        block.Require(
            attached is null || atClients || !known || found.Hand is FaultHand.Process or FaultHand.Clients || topology.Attached[attached].Http.Length > 0,
            "kind", $"= '{kind}' is asked for over HTTP, and topology.attached.{attached}.http is missing");
        var phase = block.Text("phase", phases[0].Name);
        block.Require(phases.Any(p => p.Name == phase && !p.UntilQuiescent), "phase", $"= '{phase}' is none of {string.Join(", ", phases.SkipLast(1).Select(p => p.Name))}");
        block.Require(
            !byNode || atClients || topology.Target == "anode", "kind", $"= '{kind}' is done by a node of ours, and the target is {topology.Target}; with topology.proxies = on and target = \"client:NODE\" it is done before any server");
        var spec = new FaultSpec(
            block.Text("id", id), phase, block.Duration("at", TimeSpan.Zero), block.Has("for") ? block.Duration("for", TimeSpan.Zero) : null, kind, on, target, links,
            block.Has("restart-after") ? block.Duration("restart-after", TimeSpan.Zero) : null, block.Duration("spacing", TimeSpan.Zero), ReadParameters(block, found.Keys ?? [], byNode))
        { AtClients = atClients };
        block.Require(kind != FaultKinds.ClusterPartition || (topology.Cluster && links.Length > 0), "kind", "= 'cluster.partition' needs topology.cluster = on, and groups or links to say between whom");
        block.Require(kind != "process.clock-step" || topology.Target == "anode", "kind", "= 'process.clock-step' reaches nodes of ours only: nats-server asks the kernel itself");
        block.Require(kind != "process.clock-step" || Plans.PlannedFault.TryStep(spec.Parameters.GetValueOrDefault("by", ""), out _), "by", "is missing, or not a duration like 30s or -30s");
        block.Require(kind != "process.clock-step" || !spec.On.Any(on => on == FaultSpec.Director || on.StartsWith(FaultSpec.OwnerOf, StringComparison.Ordinal)), "target", "must be known before nodes are started: their clocks are theirs from the start");
        block.Require(kind != "process.pause" || spec.For is not null, "for", "is missing: a pause needs an end");
        block.Done();
        return spec;
    }

    private static SortedDictionary<string, string> ReadParameters(ScenarioBlock block, string[] keys, bool byNode)
    {
        var values = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var key in byNode ? keys.Concat(FaultKinds.NodeKeys) : keys)
        {
            if (block.Has(key))
                values[key] = block.Text(key, "");
        }

        return values;
    }

    private static RandomFaults ReadRandom(ScenarioBlock block, Topology topology, Phase[] phases)
    {
        var phase = block.Text("phase", phases[0].Name);
        block.Require(phases.Any(p => p.Name == phase), "phase", $"= '{phase}' is none of {string.Join(", ", phases.Select(p => p.Name))}");
        var interval = block.Duration("interval", TimeSpan.FromSeconds(5));
        block.Require(interval >= TimeSpan.FromMilliseconds(100), "interval", "is less than 100ms");
        var pick = block.Blocks("pick").Select((item, i) => ReadFault(item, $"r{i + 1}", topology, phases)).ToArray();
        block.Require(pick.Length > 0, "pick", "is empty");
        block.Done();
        return new RandomFaults(phase, interval, pick);
    }

    private static SteadyState ReadSteadyState(ScenarioBlock block)
    {
        var steady = new SteadyState(block.Share("share", 0.9), block.Duration("within", TimeSpan.FromSeconds(1)), block.Duration("for", TimeSpan.FromSeconds(3)));
        block.Done();
        return steady;
    }

    private static AbortRules ReadAbort(ScenarioBlock block)
    {
        var rules = new AbortRules(
            block.Share("when-failed-fraction", 1), block.Duration("for", TimeSpan.FromSeconds(60)), block.Duration("max-duration", TimeSpan.FromMinutes(10)),
            block.Value("min-free-disk", 0L, (string text, out long value) => Units.TryParseBytes(text, out value), "a size like 1GiB"));
        block.Done();
        return rules;
    }

    private static bool TryPayload(string text, out int size)
    {
        var valid = Units.TryParseBytes(text, out var bytes) && bytes is >= Stamp.Bytes and <= 16 * 1024 * 1024;
        size = valid ? (int)bytes : Stamp.Bytes;
        return valid;
    }
}
