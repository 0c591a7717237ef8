using System.Net.Sockets;
using System.Security.Cryptography;
using Anode.Protocols.Proxy;
using Anode.Sockets;
using Anode.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Anode.Tests.Protocols.Proxy;

/// <summary>What goes through a proxy: bytes, ends of streams, and how far one end may be ahead of the other.</summary>
public sealed class ProxyTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("tcp://127.0.0.1:0", false)]
    [InlineData("tcp://127.0.0.1:0", true)]
    [InlineData("unix:@proxy-{name}", false)]
    public async Task Bytes_pass_unchanged_both_ways(string address, bool unixTarget)
    {
        using var target = ProxyTarget.Up(unixTarget);
        await using var node = await StartAsync(target, address);
        Assert.False(target.HasGuest, "dialled before a client came");
        using var client = Ends.Client(node);
        client.Write("hello");
        using var server = target.Accept();
        Assert.Equal("hello", server.Read(5));
        server.Write("\0\r\nwelcome\xFF");
        Assert.Equal("\0\r\nwelcome\xFF", client.Read(12));
        foreach (var c in "drip")
            client.Write($"{c}");
        Assert.Equal("drip", server.Read(4));
    }

    [Fact]
    public async Task Host_name_is_resolved()
    {
        using var target = ProxyTarget.Up();
        await using var node = await TestNode.StartAsync("", $$"""{ address = "tcp://127.0.0.1:0", name = proxy, protocol = proxy, to = "{{target.Address.Replace("127.0.0.1", "localhost", StringComparison.Ordinal)}}" }""");
        using var client = Ends.Client(node);
        using var server = target.Accept();
        server.Write("hi");
        Assert.Equal("hi", client.Read(2));
    }

    [Fact]
    public async Task Both_halves_are_listed_and_know_each_other()
    {
        using var target = ProxyTarget.Up();
        await using var node = await StartAsync(target);
        using var client = Ends.Client(node);
        using var server = target.Accept();
        client.Write("abc");
        Assert.Equal("abc", server.Read(3));
        server.Write("defgh");
        Assert.Equal("defgh", client.Read(5));

        var (accepted, dialled) = Halves(node);
        Assert.Equal((dialled.Id, accepted.Id), (accepted.OtherHalf, dialled.OtherHalf));
        Assert.Equal((client.LocalEndPoint!.ToString(), target.Address), (accepted.Remote.ToString()["tcp://".Length..], dialled.Remote.ToString()));
        Eventually.Equal((3, 5, 5, 3), () => ((int)accepted.BytesIn, (int)accepted.BytesOut, (int)dialled.BytesIn, (int)dialled.BytesOut));
        var counters = node.View.Endpoints.Find("proxy")!.Counters;
        Assert.Equal((1L, 1, 3L, 5L), (counters.Accepted, counters.Open, counters.BytesIn, counters.BytesOut));
    }

    [Fact]
    public async Task Large_transfers_run_both_ways_at_once()
    {
        const int bytes = 32 * 1024 * 1024;
        using var target = ProxyTarget.Up();
        await using var node = await StartAsync(target);
        using var client = Ends.Client(node);
        using var server = target.Accept();
        var (there, back) = (Noise(1), Noise(2));
        var hashes = new byte[2][];
        Threads.Run(
            () => SendLong(client, there, bytes),
            () => SendLong(server, back, bytes),
            () => hashes[0] = HashOf(server, bytes),
            () => hashes[1] = HashOf(client, bytes));
        Assert.Equal(HashOf(there, bytes), hashes[0]);
        Assert.Equal(HashOf(back, bytes), hashes[1]);
    }

    [Fact]
    public async Task Slow_reader_slows_its_sender_and_nobody_else_within_bounded_memory()
    {
        const int bytes = 64 * 1024 * 1024;
        using var target = ProxyTarget.Up();
        await using var node = await StartAsync(target, keys: "receive-buffer-bytes = 65536, send-buffer-bytes = 65536");
        using var client = Ends.Client(node);
        using var server = target.Accept();
        var noise = Noise(3);
        var sending = Blocking.Run(() => SendLong(client, noise, bytes));
        var (accepted, dialled) = Halves(node);
        // Full at one time, and less when the server's kernel makes its buffer larger: what counts is that both have some, and no more comes.
        Eventually.Holds(() => accepted.BytesIn >= ProxyHalf.MarkBytes && dialled.Outlet!.PendingBytes > 0, () => $"{dialled.Outlet!.PendingBytes} bytes wait");

        // The other direction does not notice, and neither does another client.
        server.Write("still here");
        Assert.Equal("still here", client.Read(10));
        using (var other = Ends.Client(node))
        using (var otherServer = target.Accept())
        {
            other.Write("me too");
            Assert.Equal("me too", otherServer.Read(6));
        }

        // At most the mark and what one read can bring waits (less, once the server's kernel made its buffer larger); the rest is still with who sends it.
        output.WriteLine($"in {accepted.BytesIn}, out {dialled.BytesOut}, pending {dialled.Outlet!.PendingBytes}, rented {node.Pool.RentedBytes}");
        Assert.InRange(dialled.Outlet!.PendingBytes, 0, 2 * ProxyHalf.MarkBytes);
        Assert.InRange(node.Pool.RentedBytes, 1, 2 * 1024 * 1024);
        Assert.InRange(accepted.BytesIn, 1, bytes / 2);
        Assert.False(sending.IsCompleted);

        Assert.Equal(HashOf(noise, bytes), HashOf(server, bytes));
        await sending;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task End_of_one_direction_leaves_the_other_open(bool clientFirst)
    {
        using var target = ProxyTarget.Up();
        await using var node = await StartAsync(target);
        using var client = Ends.Client(node);
        using var server = target.Accept();
        var (first, second) = clientFirst ? (client, server) : (server, client);
        first.Write("question");
        first.Shutdown(SocketShutdown.Send);
        Assert.Equal("question", second.Read(100)); // to the end
        second.Write("answer");
        Assert.Equal("answer", first.Read(6));
        second.Write("s");
        second.Dispose();
        Assert.Equal(("s", "EOF"), (first.ReadEnd(), first.ReadEnd()));
        Eventually.Equal("PeerClosed PeerClosed", () => Endings(node));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Reset_is_passed_on_as_a_reset(bool clientResets)
    {
        using var target = ProxyTarget.Up();
        await using var node = await StartAsync(target);
        using var client = Ends.Client(node);
        using var server = target.Accept();
        client.Write("x");
        Assert.Equal("x", server.Read(1));
        var (resetting, other) = clientResets ? (client, server) : (server, client);
        resetting.Reset();
        Assert.Equal("RST", other.ReadEnd());
        Eventually.Equal(clientResets ? "PeerReset OtherHalfEnded" : "OtherHalfEnded PeerReset", () => Endings(node));
    }

    [Fact]
    public async Task Bytes_of_a_client_wait_in_the_kernel_until_the_dial_is_done()
    {
        const int bytes = 1024 * 1024;
        using var target = ProxyTarget.Up(backlog: 0);
        await using var node = await StartAsync(target);
        var filler = target.FillBacklog();
        using var client = Ends.Client(node);
        var noise = Noise(4);
        var sending = Blocking.Run(() => SendLong(client, noise, bytes));
        Eventually.Holds(() => node.View.Sockets.Connections.OpenCount == 1, () => "no client");
        Assert.Equal(0, node.View.Sockets.Connections.Open.Single().BytesIn);
        foreach (var socket in filler)
            socket.Reset();
        // Those that had got in come out first, in whichever state they are.
        byte[]? hash = null;
        while (hash is null)
        {
            using var server = target.Accept();
            hash = TryHash(server, bytes);
        }

        Assert.Equal(HashOf(noise, bytes), hash);
        await sending;
    }

    internal static Task<TestNode> StartAsync(ProxyTarget target, string address = "tcp://127.0.0.1:0", string keys = "", string node = "") =>
        TestNode.StartAsync(node, $$"""{ address = "{{address}}", name = proxy, protocol = proxy, to = "{{target.Address}}", {{keys}} }""");

    /// <summary>The accepted half and the dialled one of the only connection.</summary>
    internal static (ConnectionRecord Accepted, ConnectionRecord Dialled) Halves(TestNode node)
    {
        Eventually.Equal(2, () => node.View.Sockets.Connections.Open.Count(record => record.OtherHalf is not null));
        var halves = node.View.Sockets.Connections.Open.OrderBy(record => record.Id).ToArray();
        return (halves[0], halves[1]);
    }

    /// <summary>Why they ended, the accepted half first.</summary>
    internal static string Endings(TestNode node) =>
        string.Join(" ", node.View.Sockets.Connections.Closed.OrderBy(record => record.Id).Select(record => record.CloseReason));

    private static byte[] Noise(int seed)
    {
        var noise = new byte[(1024 * 1024) + 7];
        new Random(seed).NextBytes(noise);
        return noise;
    }

    private static void SendLong(Socket socket, byte[] noise, int bytes)
    {
        for (var sent = 0; sent < bytes; sent += noise.Length)
            socket.WriteAll(noise.AsSpan(0, Math.Min(noise.Length, bytes - sent)));
    }

    private static byte[] HashOf(byte[] noise, int bytes)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var sent = 0; sent < bytes; sent += noise.Length)
            hash.AppendData(noise.AsSpan(0, Math.Min(noise.Length, bytes - sent)));
        return hash.GetHashAndReset();
    }

    private static byte[] HashOf(Socket socket, int bytes) => TryHash(socket, bytes) ?? throw new EndOfStreamException();

    /// <summary>Null if the stream ends before.</summary>
    private static byte[]? TryHash(Socket socket, int bytes)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[64 * 1024];
        while (bytes > 0)
        {
            var count = 0;
            try
            {
                count = socket.Receive(buffer, Math.Min(buffer.Length, bytes), SocketFlags.None);
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
            {
            }

            if (count == 0)
                return null;
            hash.AppendData(buffer, 0, count);
            bytes -= count;
        }

        return hash.GetHashAndReset();
    }
}
