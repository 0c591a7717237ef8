using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Dispatch.SysMsg;
using Akka.Event;
using Akka.Hosting;
using Anode.Hosting;
using Anode.Hosting.Configuration;
using Anode.Messages;
using Anode.Operations;
using Anode.Sockets;
using Anode.Tests.Protocols.Native;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Anode.Tests.Support;

/// <summary>
/// A whole node inside the test's process, on real sockets with ports of the kernel's choice. Disposing drains it and asserts that nothing is
/// left behind: no slab rented, no connection listed as open, no message lost to a dead letter, nothing crashed unless the test says so.
/// </summary>
internal sealed class TestNode : IAsyncDisposable
{
    public const string Tcp = """{ address = "tcp://127.0.0.1:0", name = tcp }""";
    public const string Udp = """{ address = "udp://127.0.0.1:0", name = udp }""";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static int _count;

    private readonly IHost _host;
    private readonly NodeRuntime _runtime;
    private readonly ConcurrentQueue<object> _complaints = new();
    private readonly IReadOnlyDictionary<string, NetAddress> _addresses;

    private TestNode(IHost host, NodeRuntime runtime, IReadOnlyList<Endpoint.Status> endpoints)
    {
        (_host, _runtime) = (host, runtime);
        _addresses = endpoints.ToDictionary(status => status.Name, status => status.Local!);
    }

    public NodeView View => _runtime.View;

    public ActorSystem System => View.System!;

    public SlabPool Pool => View.Sockets.Pool;

    /// <summary>The test kills on purpose, so failures are no complaint; letters that got lost still are.</summary>
    public bool ExpectsCrashes { get; set; }

    private IEnumerable<object> Complaints =>
        _complaints.Where(complaint => !ExpectsCrashes || complaint is UnhandledMessage or DeadLetter { Message: not (Kill or PoisonPill or ISystemMessage) });

    /// <param name="node">Keys of <c>node { … }</c> beyond name and listeners.</param>
    /// <param name="listeners">Each in braces; one for TCP if none is given.</param>
    public static async Task<TestNode> StartAsync(string node = "", params string[] listeners)
    {
        var text = $$"""
            node {
              name = "n{{Interlocked.Increment(ref _count)}}"
              http.address = off
              {{TestDriver.Config}}
              listeners = [ {{string.Join('\n', listeners.DefaultIfEmpty(Tcp))}} ]
              {{node}}
            }
            """;
        var loaded = ConfigLoader.LoadText(text, "test", new Dictionary<string, string>(), Overrides.None);
        Assert.True(loaded.IsValid, string.Join('\n', loaded.Errors));
        var runtime = new NodeRuntime(loaded.Config.Options);
        var host = new HostBuilder().ConfigureServices(services => services
            .AddSingleton<IHostLifetime, QuietLifetime>()
            .AddAkka("anode", (akka, _) => akka.ConfigureLoggers(loggers => loggers.ClearLoggers()).WithNode(loaded.Config, runtime))).Build();
        await host.StartAsync();
        var test = new TestNode(host, runtime, await runtime.Ready.Ready.WaitAsync(Patience));
        test.System.ActorOf(Props.Create(() => new Watcher(test._complaints)), "watcher");
        return test;
    }

    public NetAddress Address(string endpoint = "tcp") => _addresses[endpoint];

    /// <summary>Where it is bound now; null while it is not. A port of the kernel's choice changes with every bind.</summary>
    public NetAddress? AddressNow(string endpoint) =>
        View.Endpoints.Find(endpoint)?.Status is { State: Endpoint.State.Bound, Local: { } local } ? local : null;

    /// <summary>Connected; nothing has been said.</summary>
    public NativeTestClient Dial(string endpoint = "tcp") => NativeTestClient.Dial(Address(endpoint));

    /// <summary>Connected and welcome.</summary>
    public NativeTestClient Connect(params (Value Key, Value Value)[] hello) =>
        NativeTestClient.Connect(Address(), hello);

    public ConnectionRecord RecordOf(NativeTestClient client) =>
        View.Sockets.Connections.Find(client.Connection) ?? throw new InvalidOperationException("not in the table");

    public async Task DrainAsync() =>
        await _runtime.Endpoints!.Ask<EndpointsActor.Drained>(new EndpointsActor.DrainAll(), Patience);

    /// <summary>What was lost on its way to an actor in the moment of its end is found by the collector, and only by it.</summary>
    private bool NothingAfterCollection()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Pool.RentedCount == 0;
    }

    public async ValueTask DisposeAsync()
    {
        await DrainAsync();
        Eventually.Holds(
            () => View.Sockets.Connections.OpenCount == 0,
            () => $"stay listed as open: {string.Join(", ", View.Sockets.Connections.Open.Select(c => $"{c.Endpoint} {c.Protocol} {c.ClientName} {c.State}"))}; {string.Join('\n', Complaints)}");
        // A datagram socket holds a slab to read into for as long as it is open.
        System.Stop(_runtime.Endpoints!);
        Eventually.Holds(() => Pool.RentedCount == 0 || (ExpectsCrashes && NothingAfterCollection()), () => $"{Pool.RentedCount} slabs of {Pool.RentedBytes} bytes were not returned");
        Eventually.Equal(0, () => View.Relay.Index.Count);
        await _host.StopAsync();
        _host.Dispose();
        Assert.True(!Complaints.Any(), string.Join('\n', Complaints.Take(20)));
    }

    /// <summary>Hears what no actor should have said.</summary>
    private sealed class Watcher : UntypedActor
    {
        private readonly ConcurrentQueue<object> _complaints;

        public Watcher(ConcurrentQueue<object> complaints) => _complaints = complaints;

        protected override void PreStart()
        {
            foreach (var channel in new[] { typeof(DeadLetter), typeof(UnhandledMessage), typeof(Error), typeof(NodeEvent) })
                Context.System.EventStream.Subscribe(Self, channel);
        }

        protected override void OnReceive(object message)
        {
            // At the very end the log of events may be gone before those who write into it.
            if (message is not (NodeEvent { Kind: not ("connection-crashed" or "guard-restarted") } or DeadLetter { Message: NodeEvent }))
                _complaints.Enqueue(message);
        }
    }
}
