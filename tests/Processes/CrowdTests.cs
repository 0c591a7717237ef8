using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Anode.Protocols.Native.Wire;
using Anode.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Anode.Tests.Processes;

/// <summary>Many connections to a real process: what they cost, and that nothing of them stays.</summary>
[Collection(nameof(AloneCollection))]
public sealed class CrowdTests(ITestOutputHelper output)
{
    private const int Wanted = 10_000;
    private const int Rounds = 3;
    private const int Storm = 5_000;

    [Fact]
    public async Task Thousands_of_connections_opened_and_closed_three_times_leave_nothing_behind()
    {
        // Both ends of a connection count against a limit of their own: ours in this process, the node's in its.
        var count = (int)Math.Min(Wanted, Limits.OpenFiles() - 1_000);
        output.WriteLine($"{count} connections, {Rounds} rounds");
        await using var node = await NodeProcess.StartAsync("--http", "127.0.0.1:0");
        using var http = new HttpClient { BaseAddress = new Uri($"http://{node.Http}") };
        var watch = new ProcessWatch(node.Process.Id);
        var endPoint = IPEndPoint.Parse(node.Tcp["tcp://".Length..]);

        await OpenAndCloseAsync(endPoint, 100);
        await UntilAsync(http, 0);
        var (descriptors, buffers, resident) = (watch.Descriptors, await RentedAsync(http), watch.ResidentBytes);
        for (var round = 1; round <= Rounds; round++)
        {
            var clients = await OpenAsync(endPoint, count);
            await UntilAsync(http, count);
            output.WriteLine($"round {round}: {(watch.ResidentBytes - resident) / (double)count:N0} bytes resident for each idle connection");
            Assert.InRange(await RentedAsync(http), 0, buffers + 64 * 1024); // an idle connection holds no buffer
            clients.ForEach(client => client.Dispose());
            await UntilAsync(http, 0);
            Assert.InRange(watch.Descriptors, 0, descriptors + 8);
            Assert.Equal(buffers, await RentedAsync(http));
        }

        var tree = await http.GetFromJsonAsync<JsonElement>("/api/supervision?depth=16");
        Assert.DoesNotContain("/conn-", tree.GetRawText(), StringComparison.Ordinal);
        (await node.StopAsync()).Exits(0);
    }

    [Fact]
    public async Task Out_of_descriptors_serves_who_is_in_idles_and_accepts_again_when_some_are_freed()
    {
        const int Spare = 64, Crowd = 200;
        await using var node = await NodeProcess.StartAsync("--http", "127.0.0.1:0");
        var watch = new ProcessWatch(node.Process.Id);
        Limits.SetOpenFiles(node.Process.Id, watch.Descriptors + Spare);
        var endPoint = IPEndPoint.Parse(node.Tcp["tcp://".Length..]);

        var clients = new List<Socket>();
        for (var i = 0; i < Crowd; i++)
            clients.Add(await ConnectAsync(endPoint));
        var served = await WelcomedAsync(clients, untilFirst: true);
        served.AddRange(await WelcomedAsync(clients.Except(served).ToList()));
        Assert.InRange(served.Count, 8, Spare);
        output.WriteLine($"{served.Count} of {Crowd} served with {Spare} descriptors to spare");

        var busy = await watch.BusyShareAsync(TimeSpan.FromSeconds(3));
        output.WriteLine($"{busy:P1} of a core while short");
        Assert.InRange(busy, 0, 0.10);
        foreach (var client in served)
            Assert.True(await PongsAsync(client));

        foreach (var client in served)
            client.Dispose();
        Assert.NotEmpty(await WelcomedAsync(clients.Except(served).ToList(), untilFirst: true));
        clients.ForEach(client => client.Dispose());
        (await node.StopAsync()).Exits(0);
    }

    [Fact]
    public async Task A_storm_of_clients_is_served_to_the_last_and_all_of_them_hear_one_message()
    {
        var count = (int)Math.Min(Storm, Limits.OpenFiles() - 1_000);
        await using var node = await NodeProcess.StartAsync("--http", "127.0.0.1:0", "--set", "node.listener-defaults.backlog=4096", "--set", "node.timeouts.hello=30s");
        using var http = new HttpClient { BaseAddress = new Uri($"http://{node.Http}") };
        var watch = new ProcessWatch(node.Process.Id);
        var endPoint = IPEndPoint.Parse(node.Tcp["tcp://".Length..]);
        await OpenAndCloseAsync(endPoint, 100);
        await UntilAsync(http, 0);
        var (descriptors, buffers) = (watch.Descriptors, await RentedAsync(http));

        var turnedAway = 0;
        var clients = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => ComeAsync()));
        output.WriteLine($"{count} clients at once, {turnedAway} of them turned away by the kernel and back at once");
        await UntilAsync(http, count);
        Assert.Equal(count, await SubscriptionsAsync(http));
        using (var publisher = await ConnectAsync(endPoint))
        {
            var message = new byte[64];
            var length = FrameWriter.Msg(message, prefix: true, "all"u8, "hear"u8);
            await publisher.SendAsync(message.AsMemory(0, length));
            foreach (var client in clients)
                Assert.Equal(message[..length], await ReadAsync(client, length));
        }

        foreach (var client in clients)
            client.Dispose();
        await UntilAsync(http, 0);
        Assert.Equal(0, await SubscriptionsAsync(http));
        Assert.InRange(watch.Descriptors, 0, descriptors + 8);
        Assert.Equal(buffers, await RentedAsync(http));
        (await node.StopAsync()).Exits(0);

        // When more arrive than the backlog holds, the kernel answers with SYN cookies, and a few of those end in a reset before the node has seen
        // anything (TcpExtSyncookiesFailed). Whoever comes back is served.
        async Task<Socket> ComeAsync()
        {
            for (var tries = 1; ; tries++)
            {
                try
                {
                    return await JoinAsync(endPoint);
                }
                catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset && tries < 5)
                {
                    Interlocked.Increment(ref turnedAway);
                }
            }
        }
    }

    /// <summary>
    /// The pool of a small machine begins with two threads and gets more but slowly while others are busy there. Nothing the node does at its start
    /// may block both.
    /// </summary>
    [Fact]
    public async Task A_node_that_is_never_given_more_than_two_pool_threads_serves_a_crowd_at_once()
    {
        var two = new Dictionary<string, string> { ["DOTNET_ThreadPool_ForceMinWorkerThreads"] = "2", ["DOTNET_ThreadPool_ForceMaxWorkerThreads"] = "2" };
        await using var node = await NodeProcess.StartAsync(two, "--http", "127.0.0.1:0");

        await OpenAndCloseAsync(IPEndPoint.Parse(node.Tcp["tcp://".Length..]), 100);

        (await node.StopAsync()).Exits(0);
    }

    private static async Task OpenAndCloseAsync(IPEndPoint endPoint, int count) =>
        (await OpenAsync(endPoint, count)).ForEach(client => client.Dispose());

    private static async Task<List<Socket>> OpenAsync(IPEndPoint endPoint, int count)
    {
        var clients = new List<Socket>(count);
        for (var i = 0; i < count; i++)
            clients.Add(await ConnectAsync(endPoint));
        foreach (var client in clients)
            Assert.True(await client.ReceiveAsync(new byte[512]).WaitAsync(AnodeProcess.Patience) > 0);
        return clients;
    }

    private static async Task<Socket> ConnectAsync(IPEndPoint endPoint)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(endPoint);
        var hello = new byte[64];
        await socket.SendAsync(hello.AsMemory(0, FrameWriter.Hello(hello, prefix: true, new Hello())));
        return socket;
    }

    /// <summary>Connected, welcome, and subscribed to <c>all</c> like everybody else.</summary>
    private static async Task<Socket> JoinAsync(IPEndPoint endPoint)
    {
        var socket = await ConnectAsync(endPoint);
        var frames = new byte[64];
        var length = FrameWriter.Sub(frames, prefix: true, 1, "all"u8);
        length += FrameWriter.Ping(frames.AsSpan(length), prefix: true);
        await socket.SendAsync(frames.AsMemory(0, length));
        foreach (var expected in new[] { Kind.Welcome, Kind.Pong })
        {
            var prefix = await ReadAsync(socket, Framing.PrefixBytes);
            var body = await ReadAsync(socket, System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(prefix));
            Assert.True(BodyReader.TryReadKind(body, out _, out var kind, out _));
            Assert.Equal((long)expected, kind);
        }

        return socket;
    }

    private static async Task<byte[]> ReadAsync(Socket socket, int count)
    {
        var bytes = new byte[count];
        for (var fill = 0; fill < count;)
        {
            var read = await socket.ReceiveAsync(bytes.AsMemory(fill)).AsTask().WaitAsync(AnodeProcess.Patience);
            Assert.NotEqual(0, read);
            fill += read;
        }

        return bytes;
    }

    private static async Task<int> SubscriptionsAsync(HttpClient http) =>
        (await http.GetFromJsonAsync<JsonElement>("/api/node")).GetProperty("relay").GetProperty("subscriptions").GetInt32();

    /// <summary>Those that get an answer within a moment; or within a long one, the first.</summary>
    private static async Task<List<Socket>> WelcomedAsync(List<Socket> clients, bool untilFirst = false)
    {
        using var enough = new CancellationTokenSource(untilFirst ? AnodeProcess.Patience : TimeSpan.FromSeconds(3));
        var reads = clients.Select(async client =>
        {
            try
            {
                var welcomed = await client.ReceiveAsync(new byte[512], enough.Token) > 0;
                if (welcomed && untilFirst)
                    await enough.CancelAsync();
                return welcomed ? client : null;
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException)
            {
                return null;
            }
        });
        return (await Task.WhenAll(reads)).OfType<Socket>().ToList();
    }

    private static async Task<bool> PongsAsync(Socket client)
    {
        var buffer = new byte[64];
        await client.SendAsync(buffer.AsMemory(0, FrameWriter.Ping(buffer, prefix: true)));
        return await client.ReceiveAsync(buffer).WaitAsync(AnodeProcess.Patience) > 0;
    }

    private static async Task<long> RentedAsync(HttpClient http) =>
        (await http.GetFromJsonAsync<JsonElement>("/api/node")).GetProperty("buffers").GetProperty("rentedBytes").GetInt64();

    private static async Task UntilAsync(HttpClient http, int connections)
    {
        using var patience = new CancellationTokenSource(AnodeProcess.Patience);
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while ((await http.GetFromJsonAsync<JsonElement>("/api/node", patience.Token)).GetProperty("connections").GetInt32() != connections)
            await pace.WaitForNextTickAsync(patience.Token);
    }
}
