using System.Globalization;
using System.Text.Json;
using Anode.Cli.Operator;
using Anode.Experiments.Histories;

namespace Anode.Experiments.Running;

/// <summary>Asks the nodes what they see: follows their events, and once a second counts what they hold. One thread for each node and purpose.</summary>
internal sealed class Observer : IDisposable
{
    private const int MostEvents = 20_000;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Fleet _fleet;
    private readonly RunClock _clock;
    private readonly HistoryWriter _history;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Thread> _threads = [];
    private readonly HashSet<string> _mortal;
    private int _events;

    /// <param name="mortal">Nodes that the plan ends.</param>
    public Observer(Fleet fleet, RunClock clock, HistoryWriter history, IEnumerable<string> mortal) => (_fleet, _clock, _history, _mortal) = (fleet, clock, history, [.. mortal]);

    public void Start()
    {
        foreach (var node in _fleet.All)
        {
            if (node.Doors.Http.Length == 0)
                continue;
            Run(() => Follow(node), $"events {node.Name}");
            Run(() => Watch(node), $"samples {node.Name}");
        }
    }

    /// <summary>What every node holds now.</summary>
    public void Count(string when)
    {
        foreach (var node in _fleet.All.Where(node => node.Doors.Http.Length > 0))
        {
            using var http = new NodeHttp(node.Doors.Http);
            Sample(node, http, when, withActors: true);
        }
    }

    /// <summary>Connections of a node; -1 if it does not say.</summary>
    public static long ConnectionsOf(NodeUnderTest node)
    {
        using var http = new NodeHttp(node.Doors.Http);
        return http.Get("/api/node").Json is { } json ? Number(json, "connections") : -1;
    }

    /// <summary>What nodes say of each message, if they do.</summary>
    public void TakeLedgers()
    {
        foreach (var node in _fleet.All.Where(node => node.Doors.Http.Length > 0))
        {
            using var http = new NodeHttp(node.Doors.Http, TimeSpan.FromSeconds(10));
            TakeLedger(node, http, anyway: true);
        }
    }

    /// <summary>A node that runs already may have an earlier experiment on its account.</summary>
    public static void ClearLedger(NodeUnderTest node)
    {
        using var http = new NodeHttp(node.Doors.Http);
        http.Delete("/api/ledger");
    }

    public void Dispose()
    {
        _stop.Cancel();
        foreach (var thread in _threads)
            thread.Join(TimeSpan.FromSeconds(5));
        // Not disposed: on a machine that is overrun a thread may outlive its join, and would ask a stop that is gone.
    }

    private void Watch(NodeUnderTest node)
    {
        using var http = new NodeHttp(node.Doors.Http, TimeSpan.FromSeconds(1));
        while (!_stop.Token.WaitHandle.WaitOne(Interval))
        {
            Sample(node, http, "during", withActors: false);
            // One that is to end takes its ledger along.
            if (_mortal.Contains(node.Name))
                TakeLedger(node, http, anyway: false);
        }
    }

    private void TakeLedger(NodeUnderTest node, NodeHttp http, bool anyway)
    {
        if (http.Get("/api/ledger") is not { IsSuccess: true, Json: { ValueKind: JsonValueKind.Object } ledger } || (!anyway && !ledger.Items("messages").Any()))
            return;
        _history.Write("ledger", _clock.Now, json =>
        {
            json.WriteString("node", node.Name);
            json.WritePropertyName("ledger");
            ledger.WriteTo(json);
        });
    }

    private void Sample(NodeUnderTest node, NodeHttp http, string when, bool withActors)
    {
        if (http.Get("/api/node").Json is not { ValueKind: JsonValueKind.Object } state)
            return;
        var restarts = http.Get("/api/endpoints").Json is { ValueKind: JsonValueKind.Array } endpoints ? endpoints.EnumerateArray().Sum(e => Number(e, "restarts")) : -1;
        var members = http.Get("/api/links").Json is { ValueKind: JsonValueKind.Object } links ? links.Items("nodes").Count(n => n.Items("path").Any()) : -1;
        var actors = withActors && http.Get("/api/supervision").Json is { } tree ? ActorsOf(tree) : -1;
        _history.Write("sample", _clock.Now, json =>
        {
            json.WriteString("node", node.Name);
            json.WriteString("when", when);
            json.WriteNumber("connections", Number(state, "connections"));
            json.WriteNumber("slabs", state.Find("buffers") is { } buffers ? Number(buffers, "rentedBytes") : -1);
            json.WriteNumber("fds", node.IsOurs ? Kernel.DescriptorsOf(node.Pid) : -1);
            json.WriteNumber("actors", actors);
            json.WriteNumber("restarts", restarts);
            json.WriteNumber("members", members);
        });
    }

    private void Follow(NodeUnderTest node)
    {
        var (last, incarnation) = (0L, node.Incarnation);
        while (!_stop.IsCancellationRequested)
        {
            if (incarnation != node.Incarnation)
                (last, incarnation) = (0, node.Incarnation);
            try
            {
                using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(1) }) { Timeout = Timeout.InfiniteTimeSpan };
                using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{node.Doors.Http}/api/events?after={last.ToString(CultureInfo.InvariantCulture)}");
                request.Headers.Accept.ParseAdd("text/event-stream");
                using var response = http.Send(request, HttpCompletionOption.ResponseHeadersRead, _stop.Token);
                using var stream = response.Content.ReadAsStream(_stop.Token);
                // A read that waits is ended by closing what it reads from.
                using var closing = _stop.Token.Register(stream.Dispose);
                using var reader = new StreamReader(stream);
                while (reader.ReadLine() is { } line)
                    last = Math.Max(last, Take(node, line));
            }
            catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or ObjectDisposedException or NullReferenceException)
            {
                // The node is away; the load will have told.
            }

            _stop.Token.WaitHandle.WaitOne(100);
        }
    }

    private long Take(NodeUnderTest node, string line)
    {
        if (!line.StartsWith("data:", StringComparison.Ordinal))
            return 0;
        if (Parse(line["data:".Length..]) is not { ValueKind: JsonValueKind.Object } entry)
        {
            // Of a node that ended while it wrote. Kept, so that it can be looked at.
            _history.Write("event", _clock.Now, writer =>
            {
                writer.WriteString("node", node.Name);
                writer.WriteString("kind", "unreadable");
                writer.WriteString("text", line);
            });
            return 0;
        }

        var t = node.Clock is null && DateTimeOffset.TryParse(entry.Text("at"), CultureInfo.InvariantCulture, out var at) ? _clock.Of(at) : _clock.Now;
        var kind = entry.Text("kind");
        // What was before the run is not part of it, and a node that reports without end is not a reason to fill the disk.
        if (t < 0 || Interlocked.Increment(ref _events) > MostEvents)
            return Number(entry, "id");
        _history.Write("event", t, writer =>
        {
            writer.WriteString("node", node.Name);
            writer.WriteString("kind", kind);
            writer.WriteString("about", entry.Text("endpoint"));
            writer.WriteString("text", entry.Text("text"));
            if (Number(entry, "messages") is > 0 and var messages)
                writer.WriteNumber("messages", messages);
        });
        if (kind is "endpoint-acquired" or "endpoint-released")
        {
            _history.Write("owner", t, writer =>
            {
                writer.WriteString("endpoint", entry.Text("endpoint"));
                writer.WriteString("node", node.Name);
                writer.WriteString("what", kind["endpoint-".Length..]);
            });
        }

        return Number(entry, "id");
    }

    private static JsonElement? Parse(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return json.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static long ActorsOf(JsonElement tree) => 1 + tree.Items("children").Sum(ActorsOf) + Math.Max(0, Number(tree, "omitted"));

    private static long Number(JsonElement json, string name) => json.Find(name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var value) ? value : -1;

    private void Run(Action work, string name)
    {
        var thread = new Thread(() => work()) { IsBackground = true, Name = name };
        _threads.Add(thread);
        thread.Start();
    }
}
