using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Akka.Actor;
using Anode.Messages;
using Anode.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Anode.Tests.Relay;

/// <summary>
/// Traffic while everything that can die is killed at random: connections, sessions, listeners, sockets, supervisors of connections, guards.
/// </summary>
public class SoakTests(ITestOutputHelper output)
{
    // The suite has time for a few; ANODE_SOAK_KILLS=10000 takes some minutes, ANODE_SOAK_SEED repeats a plan (not an interleaving).
    private static readonly int Kills = FromEnvironment("ANODE_SOAK_KILLS") ?? 300;
    private static readonly TimeSpan Length = Kills * TimeSpan.FromMilliseconds(Kills > 1000 ? 20 : 47);

    [Fact]
    public async Task Node_that_is_killed_piece_by_piece_goes_on_and_leaks_nothing()
    {
        var seed = FromEnvironment("ANODE_SOAK_SEED") ?? Environment.TickCount;
        output.WriteLine($"seed {seed}, {Kills} kills");
        await using var node = await TestNode.StartAsync(
            "restart { budget = 1000, min-backoff = 10ms, max-backoff = 20ms }, timeouts { linger = 300ms, heartbeat = 500ms }",
            TestNode.Tcp,
            $$"""{ address = "unix:@anode-{{Guid.NewGuid():N}}", name = unix }""",
            TestNode.Udp,
            $$"""{ address = "unixgram:@anode-{{Guid.NewGuid():N}}", name = gram }""",
            """{ address = "tcp://127.0.0.1:0", name = lines, protocol = lines, publish = "soak.lines", subscribe = "soak.>" }""");
        node.ExpectsCrashes = true;
        using var until = new CancellationTokenSource();
        var heard = 0L;

        Threads.Run(
            () => Kill(node, new Random(seed), until),
            () => Repeat(until, () => Subscribe(node, "tcp", ref heard, until)),
            () => Repeat(until, () => Subscribe(node, "unix", ref heard, until)),
            () => Repeat(until, () => Publish(node, "tcp", until)),
            () => Repeat(until, () => Publish(node, "unix", until)),
            () => Repeat(until, () => Datagrams(node, "udp", until)),
            () => Repeat(until, () => Datagrams(node, "gram", until)),
            () => Repeat(until, () => Lines(node, until)));

        output.WriteLine($"{heard} messages were heard, {node.View.Relay.Counters.Published} published; endings: "
            + string.Join(", ", node.View.Sockets.Connections.Endings.Select(ending => $"{ending.Key} {ending.Value}")));
        Assert.True(heard > 1000, $"only {heard} messages were heard");
        // Kills that were told last may still lie in mailboxes: so it must come to relay, and not at once.
        var words = "nothing was tried";
        Eventually.Holds(() => StillRelays(node, out words), () => words);
    }

    private static int? FromEnvironment(string key) =>
        int.TryParse(Environment.GetEnvironmentVariable(key), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;

    private static void Kill(TestNode node, Random random, CancellationTokenSource until)
    {
        var clock = Stopwatch.StartNew();
        for (var kill = 0; kill < Kills; kill++)
        {
            var due = Length * ((kill + random.NextDouble()) / Kills);
            if (due > clock.Elapsed)
                until.Token.WaitHandle.WaitOne(due - clock.Elapsed);
            var endpoint = new[] { "ep-tcp", "ep-unix", "ep-udp", "ep-gram", "ep-lines" }[random.Next(5)];
            var isDatagram = endpoint is "ep-udp" or "ep-gram";
            var target = random.Next(20) switch
            {
                0 => "",
                1 or 2 => "/conns",
                <= 6 => isDatagram ? "/socket" : "/listener",
                _ => AnyConnection(node, random, endpoint),
            };
            var selection = node.System.ActorSelection($"/user/node/endpoints/{endpoint}{target}");
            selection.Tell(random.Next(2) == 0 ? Akka.Actor.Kill.Instance : PoisonPill.Instance);
        }

        until.Cancel();
    }

    private static string AnyConnection(TestNode node, Random random, string endpoint)
    {
        var paths = node.View.Sockets.Connections.Open.Where(record => "ep-" + record.Endpoint == endpoint).Select(record => record.ActorPath).ToArray();
        return paths.Length == 0 ? "/conns" : "/conns/" + paths[random.Next(paths.Length)].Split('/')[^1];
    }

    /// <summary>Each publisher's numbers grow, whatever is lost between.</summary>
    private static void Subscribe(TestNode node, string endpoint, ref long heard, CancellationTokenSource until)
    {
        using var client = Connect(node, endpoint);
        client.Send(4, 1, "soak.>");
        client.Send(4, 2, "soak.*", "group");
        var last = new Dictionary<string, int>();
        while (!until.IsCancellationRequested)
        {
            var frame = client.Receive();
            if (frame is NativeTestClient.Eof or NativeTestClient.Reset)
                return;
            Interlocked.Increment(ref heard);
            if (frame == "[7]")
                client.Send(8);
            if (!frame.StartsWith("[3,\"soak.n\",", StringComparison.Ordinal))
                continue;
            var parts = frame.Split('"')[3].Split(' ');
            var number = int.Parse(parts[1]);
            Assert.True(!last.TryGetValue(parts[0], out var before) || number > before, $"{number} of {parts[0]} came after {before}");
            last[parts[0]] = number;
        }
    }

    private static void Publish(TestNode node, string endpoint, CancellationTokenSource until)
    {
        using var client = Connect(node, endpoint);
        var id = Guid.NewGuid().ToString("N");
        for (var i = 1; !until.IsCancellationRequested; i++)
        {
            client.Send(3, "soak.n", $"{id} {i}");
            client.Send(3, "soak.big", new byte[i % 50 == 0 ? 100_000 : 10]);
            if (i % 20 == 0)
                client.Sync();
        }
    }

    private static void Datagrams(TestNode node, string endpoint, CancellationTokenSource until)
    {
        using var client = Datagram(node, endpoint);
        client.Send(4, 1, "soak.n");
        while (!until.IsCancellationRequested && client.Receive() != DatagramTestClient.Nothing)
            client.Send(3, "soak.dgram", "x");
    }

    private static void Lines(TestNode node, CancellationTokenSource until)
    {
        using var nc = NativeTestClient.Dial(Now(node, "lines"), socket => socket.ReceiveTimeout = 500);
        var room = new byte[100_000];
        while (!until.IsCancellationRequested)
        {
            nc.SendBytes("line\nline\n"u8);
            if (nc.Socket.Receive(room) == 0)
                return;
        }
    }

    /// <summary>A client that is killed comes again, as clients do.</summary>
    private static void Repeat(CancellationTokenSource until, Action session)
    {
        while (!until.IsCancellationRequested)
        {
            try
            {
                session();
            }
            catch (Exception e) when (IsOfKills(e))
            {
                until.Token.WaitHandle.WaitOne(5);
            }
        }
    }

    private static bool IsOfKills(Exception e) => e is SocketException or EndOfStreamException or ArgumentNullException or TimeoutException;

    private static NativeTestClient Connect(TestNode node, string endpoint)
    {
        var client = NativeTestClient.Dial(Now(node, endpoint), socket => socket.ReceiveTimeout = 500);
        client.Hello();
        return client.Welcome.StartsWith("[2,", StringComparison.Ordinal) ? client : throw new EndOfStreamException(client.Welcome);
    }

    private static DatagramTestClient Datagram(TestNode node, string endpoint)
    {
        var client = new DatagramTestClient(Now(node, endpoint));
        client.Socket.ReceiveTimeout = 200;
        client.Hello();
        return client;
    }

    private static NetAddress Now(TestNode node, string endpoint) =>
        node.AddressNow(endpoint) ?? throw new SocketException((int)SocketError.ConnectionRefused);

    private static bool StillRelays(TestNode node, out string words)
    {
        try
        {
            using var tcp = Connect(node, "tcp");
            using var unix = Connect(node, "unix");
            using var udp = Datagram(node, "udp");
            using var gram = Datagram(node, "gram");
            using var lines = NativeTestClient.Dial(Now(node, "lines"));
            tcp.Send(4, 1, "after");
            tcp.Send(4, 2, "soak.lines");
            tcp.Sync();
            unix.Send(3, "after", "unix");
            udp.Send(3, "after", "udp");
            gram.Send(3, "after", "gram");
            lines.SendBytes("line\n"u8);
            var heard = tcp.Receive(4).Order();
            words = string.Join(" ", heard);
            return heard.SequenceEqual(["[3,\"after\",\"gram\"]", "[3,\"after\",\"udp\"]", "[3,\"after\",\"unix\"]", "[3,\"soak.lines\",'line']"]);
        }
        catch (Exception e) when (IsOfKills(e))
        {
            words = e.ToString();
            return false;
        }
    }
}
