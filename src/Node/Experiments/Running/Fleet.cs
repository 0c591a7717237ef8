using System.Globalization;
using Anode.Experiments.Plans;
using Anode.Experiments.Scenarios;
using Anode.Messages;

namespace Anode.Experiments.Running;

/// <summary>All nodes of a run, with free ports.</summary>
internal sealed class Fleet : IDisposable
{
    private readonly Dictionary<string, NodeUnderTest> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _endpoints = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _fronts = new(StringComparer.Ordinal);

    public Fleet(Scenario scenario, string folder, Keeper keeper, Journal journal, bool withFaults, IReadOnlyCollection<PlannedFault>? faults = null)
    {
        var topology = scenario.Topology;
        var ports = new Ports();
        var plan = topology.Nodes.ToDictionary(name => name, _ => (Native: ports.Next(), Nats: ports.Next(), Link: ports.Next(), Http: ports.Next(), Cluster: ports.Next()));
        foreach (var name in topology.Endpoints.Keys)
            _endpoints[name] = Tcp(ports.Next());
        foreach (var name in topology.Nodes)
        {
            if (topology.Attached.TryGetValue(name, out var attached))
            {
                _nodes[name] = new NodeUnderTest(name, new Doors(attached.Server, attached.Nats, attached.Http), [], "", "", keeper, journal);
                continue;
            }

            var log = Path.Combine(folder, $"{name}.log");
            var mine = plan[name];
            var peers = topology.Links.Where(link => link.From == name).Select(link => plan[link.To]);
            if (topology.Target == "nats-server")
            {
                _nodes[name] = new NodeUnderTest(name, new Doors("", Tcp(mine.Nats), ""), NatsCommand(name, mine.Nats, mine.Link, peers.Select(p => p.Link)), "", log, keeper, journal);
                continue;
            }

            var ready = Path.Combine(folder, $"{name}.ready");
            var steps = faults?.Any(fault => fault.Kind == PlannedFault.ClockStep && fault.Node == name) == true;
            var clock = steps ? new FakeClock(Path.GetFullPath(Path.Combine(folder, $"{name}.clock"))) : null;
            clock?.Step(TimeSpan.Zero);
            string[] command =
            [
                .. clock?.Prefix ?? [], .. ProgramOfOurs(), "run", "--name", name, "--ready-file", ready, "--http", Http(mine.Http),
                "--listen", $"{Tcp(mine.Native)}?name=clients", "--listen", $"{Tcp(mine.Nats)}?protocol=nats&name=nats", "--listen", $"{Tcp(mine.Link)}?protocol=link&name=links",
                .. topology.Endpoints.Where(e => e.Value.Contains(name)).SelectMany(e => new[] { "--listen", $"{_endpoints[e.Key]}?name={e.Key}&placement=cluster" }),
                .. peers.SelectMany(peer => new[] { "--peer", Tcp(peer.Link) }),
                .. topology.Cluster ? ["--cluster", Http(mine.Cluster), .. plan.Values.SelectMany(p => new[] { "--seed", Http(p.Cluster) })] : Array.Empty<string>(),
                .. withFaults ? ["--set", "node.faults.enabled=on"] : Array.Empty<string>(),
                .. ConfigFileOf(topology, folder),
            ];
            _nodes[name] = new NodeUnderTest(name, new Doors(Tcp(mine.Native), Tcp(mine.Nats), Http(mine.Http)), command, ready, log, keeper, journal) { Clock = clock };
        }

        if (topology.Proxies)
            Proxy = FrontsOf(scenario, folder, ports, keeper, journal);
    }

    public IReadOnlyCollection<NodeUnderTest> All => _nodes.Values;

    /// <summary>Stands between clients and all nodes, if faults of streams are to be there; none of <see cref="All"/>.</summary>
    public NodeUnderTest? Proxy { get; }

    /// <summary>What the runner starts and ends.</summary>
    public IEnumerable<NodeUnderTest> Started => _nodes.Values.Where(node => node.IsOurs).Concat(Proxy is null ? [] : [Proxy]);

    public NodeUnderTest this[string name] => Find(name) ?? throw new KeyNotFoundException($"there is no node {name}");

    public NodeUnderTest? Find(string name) => name == Planner.ProxyNode ? Proxy : _nodes.GetValueOrDefault(name);

    public bool IsEndpoint(string place) => _endpoints.ContainsKey(place);

    /// <summary>For clients of the load: of a node or the proxy in front of it, or of an endpoint wherever it is.</summary>
    public NetAddress AddressOf(string place, string protocol) =>
        _endpoints.TryGetValue(place, out var address) || _fronts.TryGetValue(place, out address) ? NetAddress.Parse(address) : _nodes[place].AddressFor(protocol);

    /// <summary>How this very program is called.</summary>
    public static string[] ProgramOfOurs()
    {
        var self = Environment.ProcessPath ?? "";
        return Path.GetFileNameWithoutExtension(self) == "anode" ? [self] : ["dotnet", Path.Combine(AppContext.BaseDirectory, "anode.dll")];
    }

    public void Dispose()
    {
        // All at once, and then each gets its time.
        foreach (var node in Started.ToList())
        {
            node.Signal(Kernel.SIGCONT);
            node.Signal(Kernel.SIGTERM);
        }

        foreach (var node in _nodes.Values)
            node.Dispose();
        Proxy?.Dispose();
    }

    /// <summary>One process of ours with a proxy for each node; for its clients it is that node.</summary>
    private NodeUnderTest FrontsOf(Scenario scenario, string folder, Ports ports, Keeper keeper, Journal journal)
    {
        var protocol = scenario.Workloads[0].Protocol;
        var http = Http(ports.Next());
        var ready = Path.Combine(folder, $"{Planner.ProxyNode}.ready");
        var listeners = new List<string>();
        foreach (var node in _nodes.Values)
        {
            _fronts[node.Name] = Tcp(ports.Next());
            listeners.AddRange(["--listen", $"{_fronts[node.Name]}?protocol=proxy&name={Planner.FrontOf(node.Name)}&to={node.AddressFor(protocol)}"]);
        }

        string[] command = [.. ProgramOfOurs(), "run", "--name", Planner.ProxyNode, "--ready-file", ready, "--http", http, .. listeners, "--set", "node.faults.enabled=on"];
        return new NodeUnderTest(Planner.ProxyNode, new Doors("", "", http), command, ready, Path.Combine(folder, $"{Planner.ProxyNode}.log"), keeper, journal);
    }

    private static string[] NatsCommand(string name, int client, int route, IEnumerable<int> peers) =>
    [
        Keeper.Find("nats-server") ?? throw new InvalidOperationException("nats-server is not installed (Debian: apt-get install nats-server)"),
        "--addr", "127.0.0.1", "--port", Text(client), "--name", name, "--cluster_name", "experiment", "--cluster", $"nats://127.0.0.1:{route}",
        .. peers.Any() ? ["--routes", string.Join(',', peers.Select(peer => $"nats://127.0.0.1:{peer}"))] : Array.Empty<string>(),
    ];

    private static string[] ConfigFileOf(Topology topology, string folder)
    {
        if (topology.NodeConfig is not { } config)
            return [];
        var path = Path.Combine(folder, "nodes.conf");
        File.WriteAllText(path, Hosting.Configuration.HoconText.Write(config));
        return ["--config", path];
    }

    private static string Tcp(int port) => $"tcp://{Http(port)}";

    private static string Http(int port) => $"127.0.0.1:{Text(port)}";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
