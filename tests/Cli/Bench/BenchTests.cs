using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Anode.Messages;
using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Cli.Bench;

/// <summary>Real loads on a real node.</summary>
public sealed class BenchTests(BenchTests.Box box) : IClassFixture<BenchTests.Box>
{
    private readonly NodeProcess _node = box.Node;

    private string Pid => _node.Process.Id.ToString(CultureInfo.InvariantCulture);

    [Fact]
    public async Task Loads_on_a_node_lose_nothing()
    {
        foreach (var shape in (string[])["", "--pub 2 --sub 3", "--pairs 3", "--sub 3 --queue workers", "--size 16KiB", "--size 16 --rate 5000"])
        {
            using var report = await ReportAsync($"pub-sub --duration 0.5 --warm-up 0 {shape}");
            var root = report.RootElement;

            Assert.True(root.GetProperty("check").GetProperty("ok").GetBoolean());
            Assert.True(root.GetProperty("delivered").GetInt64() > 0);
            Assert.Equal(root.GetProperty("delivered").GetInt64(), root.GetProperty("sent").GetInt64() * (shape is "--pub 2 --sub 3" ? 3 : 1));
            Assert.Equal(shape.Contains("--rate", StringComparison.Ordinal), root.TryGetProperty("latency", out _));
        }
    }

    [Fact]
    public async Task Report_tells_what_the_server_used()
    {
        using var report = await ReportAsync($"pub-sub --duration 0.5 --warm-up 0 --pid {Pid} --http {_node.Http}");
        var usage = report.RootElement.GetProperty("serverUsage");

        Assert.True(usage.GetProperty("peakBytes").GetInt64() > 1_000_000);
        Assert.True(usage.GetProperty("cpuSecondsPerMillion").GetDouble() >= 0);
        Assert.True(usage.GetProperty("allocatedBytesPerMessage").GetDouble() >= 0);
        Assert.True(report.RootElement.GetProperty("generator").GetProperty("cores").GetDouble() > 0);
    }

    [Fact]
    public async Task Marked_messages_are_in_the_nodes_ledger_each_of_them()
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var url = $"http://{_node.Http}/api/ledger";
        using var anew = new HttpRequestMessage(HttpMethod.Delete, url) { Content = JsonContent.Create(new { }) };
        (await http.SendAsync(anew)).EnsureSuccessStatusCode();

        using var report = await ReportAsync("pub-sub --pub 2 --ledger --duration 1 --warm-up 0");

        using var ledger = JsonDocument.Parse(await http.GetStringAsync(url));
        var flows = ledger.RootElement.GetProperty("flows").EnumerateArray().ToList();
        Assert.Equal(2, flows.Count);
        Assert.Equal(report.RootElement.GetProperty("sent").GetInt64(), flows.Sum(flow => flow.GetProperty("fromClients").GetInt64()));
        Assert.All(flows, flow => Assert.Equal(0, flow.GetProperty("missing").GetInt64()));
    }

    [Fact]
    public async Task Rate_is_never_exceeded()
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        using var report = await ReportAsync("pub-sub --pub 3 --rate 300 --duration 1 --warm-up 0");

        Assert.InRange(report.RootElement.GetProperty("sent").GetInt64(), 3, 3 + (long)(300 * clock.Elapsed.TotalSeconds));
    }

    [Fact]
    public async Task Requests_are_answered_and_timed()
    {
        foreach (var shape in (string[])["", "--clients 3 --responders 2", "--rate 500"])
        {
            using var report = await ReportAsync($"request --size 16 --duration 0.5 --warm-up 0 {shape}");

            Assert.True(report.RootElement.GetProperty("check").GetProperty("ok").GetBoolean());
            Assert.True(report.RootElement.GetProperty("latency").GetProperty("p999").GetDouble() > 0);
        }
    }

    [Fact]
    public async Task Request_that_nobody_answers_exits_3()
    {
        var outcome = (await RunAsync("request --responders 0 --subject nobody.here")).Exits(3);

        Assert.Equal("anode: nobody is subscribed to 'nobody.here'\n", outcome.Error);
    }

    [Fact]
    public async Task Connections_are_opened_over_and_over()
    {
        using var report = await ReportAsync("connect --connections 2 --duration 0.5 --warm-up 0");

        Assert.True(report.RootElement.GetProperty("connectionsPerSecond").GetDouble() > 0);
    }

    [Fact]
    public async Task Idle_connections_are_held_at_once()
    {
        using var report = await ReportAsync($"idle --connections 50 --settle 0.1 --pid {Pid}");

        Assert.Equal(50, report.RootElement.GetProperty("connections").GetInt32());
        Assert.True(report.RootElement.GetProperty("residentBytesAfter").GetInt64() > 1_000_000);
    }

    [Fact]
    public async Task Datagrams_pass_through_a_session()
    {
        using var ready = JsonDocument.Parse(await File.ReadAllTextAsync(_node.ReadyFile));
        var udp = ready.RootElement.GetProperty("listeners").EnumerateArray().Select(listener => listener.GetProperty("address").GetString()!)
            .Single(address => address.StartsWith("udp://", StringComparison.Ordinal));
        var outcome = (await InProcess.RunAsync("bench", "udp", "--server", udp, "--duration", "0.5", "--warm-up", "0", "--json")).Exits(0);
        using var report = JsonDocument.Parse(outcome.Out);

        Assert.True(report.RootElement.GetProperty("delivered").GetInt64() > 0);
        Assert.Equal(0, report.RootElement.GetProperty("duplicated").GetInt64());
    }

    [Fact]
    public async Task Load_over_a_unix_socket_passes()
    {
        var outcome = (await InProcess.RunAsync("bench", "pub-sub", "--server", _node.Unix, "--duration", "0.1", "--warm-up", "0")).Exits(0);

        Assert.Contains("no gap, no duplicate, in order", outcome.Out);
    }

    [Fact]
    public async Task Interrupt_ends_a_load_with_a_sentence()
    {
        using var listener = NativeTestClient.Connect(NetAddress.Parse(_node.Tcp));
        listener.Send(4, 1, "bench.stopped");
        await using var bench = AnodeProcess.Start(
            "bench", "pub-sub", "--server", _node.Tcp, "--subject", "bench.stopped", "--rate", "50", "--warm-up", "0", "--duration", "600");
        listener.Receive();

        bench.Interrupt();

        Assert.Equal("anode: interrupted, nothing was measured\n", (await bench.EndAsync()).Exits(1).Error);
    }

    private async Task<JsonDocument> ReportAsync(string call) => JsonDocument.Parse((await RunAsync(call + " --json")).Exits(0).Out);

    private Task<Outcome> RunAsync(string call) =>
        InProcess.RunAsync(["bench", .. call.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--server", _node.Tcp]);

    /// <summary>One node for all of them.</summary>
    public sealed class Box : IAsyncLifetime
    {
        internal NodeProcess Node { get; private set; } = null!;

        public async Task InitializeAsync() => Node = await NodeProcess.StartAsync("--listen", "udp://127.0.0.1:0", "--http", "127.0.0.1:0");

        public async Task DisposeAsync() => await Node.DisposeAsync();
    }
}
