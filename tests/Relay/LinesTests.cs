using System.Net;
using System.Net.Sockets;
using System.Text;
using Anode.Messages;
using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Relay;

/// <summary>Programs that can do no more than open a socket and write lines.</summary>
public class LinesTests
{
    private static string Lines(string rest, string address = "tcp://127.0.0.1:0") =>
        $$"""{ address = "{{address}}", name = lines, protocol = lines, {{rest}} }""";

    [Fact]
    public async Task Lines_are_published_whole_whatever_way_their_bytes_come()
    {
        await using var node = await Start("publish = room");
        using var subscriber = Subscriber(node, "room");
        using var nc = new LineClient(node.Address("lines"));

        nc.Write("hello\nwor");
        nc.Write("ld\r\n\n");
        nc.Write("\r\ncr\rinside\n");
        foreach (var c in "drip\n")
            nc.Write($"{c}");

        Assert.Equal(["'hello'", "'world'", "''", "''", "0x63720D696E73696465", "'drip'"], Payloads(subscriber, 6));
    }

    [Theory]
    [InlineData("last", "'last'")]
    [InlineData("last\r", "'last'")]
    [InlineData("first\nlast", "'first' 'last'")]
    [InlineData("first\n", "'first'")]
    [InlineData("", "")]
    public async Task Last_line_without_a_newline_counts(string text, string payloads)
    {
        await using var node = await Start("publish = room");
        using var subscriber = Subscriber(node, "room");
        using (var nc = new LineClient(node.Address("lines")))
        {
            nc.Write(text);
            nc.Socket.Shutdown(SocketShutdown.Send);
            Assert.Null(nc.ReadLine());
        }

        Assert.Equal(payloads, string.Join(" ", subscriber.Settle().Select(Payload)));
        Eventually.Equal(CloseReason.PeerClosed, () => node.View.Sockets.Connections.Closed.FirstOrDefault()?.CloseReason);
    }

    [Fact]
    public async Task Endpoint_connection_and_address_are_filled_in_as_one_token_each()
    {
        await using var node = await Start("publish = \"in.{endpoint}.{connection}.{address}\"");
        using var subscriber = Subscriber(node, "in.>");
        using var nc = new LineClient(node.Address("lines"));
        nc.Write("x\n");

        var port = ((IPEndPoint)nc.Socket.LocalEndPoint!).Port;
        var frame = subscriber.Receive();
        var id = node.View.Sockets.Connections.Open.Single(record => record.Endpoint == "lines").Id;
        Assert.Equal($"[3,\"in.lines.{id}.127-0-0-1-{port}\",'x']", frame);
    }

    [Fact]
    public async Task Messages_are_written_as_lines_and_a_newline_inside_becomes_a_space()
    {
        await using var node = await Start("subscribe = \"room.>\"");
        using var nc = new LineClient(node.Address("lines"));
        using var publisher = node.Connect();
        Eventually.Equal(1L, () => node.View.Relay.Index.Count);

        publisher.Send(3, "room.a", "one"u8.ToArray());
        publisher.Send(3, "room.b", "two");
        publisher.Send(3, "room.c", "a\nb\n"u8.ToArray(), "reply", Anode.Tests.Protocols.Native.Value.Map(("k", "v")));
        publisher.Send(3, "room.d", "");

        Assert.Equal(["one", "two", "a b ", ""], Enumerable.Range(0, 4).Select(_ => nc.ReadLine()));
    }

    [Theory]
    [InlineData("off", "b")]
    [InlineData("on", "a b")]
    public async Task Echo_decides_whether_own_lines_come_back(string echo, string expected)
    {
        await using var node = await Start($"publish = room, subscribe = room, echo = {echo}");
        using var one = new LineClient(node.Address("lines"));
        using var other = new LineClient(node.Address("lines"));
        Eventually.Equal(2L, () => node.View.Relay.Index.Count);

        one.Write("a\n");
        Assert.Equal("a", other.ReadLine());
        other.Write("b\n");

        Assert.Equal(expected.Split(' '), expected.Split(' ').Select(_ => one.ReadLine()));
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public async Task Line_longer_than_the_limit_closes_and_what_follows_it_is_not_taken(int length, bool taken)
    {
        await using var node = await Start("publish = room", "limits.line-bytes = 64");
        using var subscriber = Subscriber(node, "room");
        using var whole = new LineClient(node.Address("lines"));
        whole.Write(new string('x', length) + "\r\nafter\n");
        using var growing = new LineClient(node.Address("lines"));
        growing.Write(new string('y', length));
        growing.Write("\r");
        growing.Socket.Shutdown(SocketShutdown.Send);
        if (!taken)
        {
            Assert.Null(whole.ReadLine());
            Assert.Null(growing.ReadLine());
            Assert.Empty(subscriber.Settle());
            whole.Dispose();
            Eventually.Equal(2, () => node.View.Sockets.Connections.Closed.Count(record => record.CloseReason == CloseReason.FrameTooLarge));
            return;
        }

        Assert.Null(growing.ReadLine());
        Assert.Equal(
            [$"'{new string('x', 64)}'", $"'{new string('y', 64)}'", "'after'"],
            Payloads(subscriber, 3).OrderBy(payload => payload[1] == 'a').ThenBy(payload => payload[1]));
    }

    [Fact]
    public async Task Endless_line_is_cut_off_without_being_kept()
    {
        await using var node = await Start("publish = room");
        using var nc = new LineClient(node.Address("lines"));

        Assert.ThrowsAny<SocketException>((Action)(() =>
        {
            while (true)
                nc.Write(new string('x', 10_000));
        }));

        Eventually.Equal(CloseReason.FrameTooLarge, () => node.View.Sockets.Connections.Closed.FirstOrDefault()?.CloseReason);
    }

    [Fact]
    public async Task Unix_stream_speaks_lines_too()
    {
        await using var node = await TestNode.StartAsync("", Lines("publish = \"in.{address}\", subscribe = \"in.*\", echo = on", $"unix:@anode-{Guid.NewGuid():N}"));
        using var nc = new LineClient(node.Address("lines"));
        Eventually.Equal(1L, () => node.View.Relay.Index.Count);

        nc.Write("x\ny\n");

        Assert.Equal("x y", $"{nc.ReadLine()} {nc.ReadLine()}");
    }

    [Fact]
    public async Task Datagram_is_a_line()
    {
        await using var node = await TestNode.StartAsync("", TestNode.Tcp, Lines("publish = \"in.{endpoint}.{address}\"", "udp://127.0.0.1:0"));
        using var subscriber = Subscriber(node, "in.>");
        using var sender = new DatagramTestClient(node.Address("lines"));
        foreach (var text in new[] { "one\n", "two", "three\r\n", "four\nfive\n", "" })
            sender.SendBytes(Encoding.UTF8.GetBytes(text));

        var port = ((IPEndPoint)sender.Socket.LocalEndPoint!).Port;
        var got = subscriber.Receive(5);
        Assert.All(got, frame => Assert.StartsWith($"[3,\"in.lines.127-0-0-1-{port}\",", frame));
        Assert.Equal(["'one'", "'two'", "'three'", "0x666F75720A66697665", "''"], got.Select(Payload));
        Assert.Equal(1, node.View.Sockets.Connections.OpenCount);
    }

    [Fact]
    public async Task Datagram_senders_become_sessions_where_the_endpoint_subscribes()
    {
        await using var node = await TestNode.StartAsync("timeouts { heartbeat = 500ms, heartbeat-misses = 2 }", Lines(
            "publish = \"in.{connection}\", subscribe = \"in.*\"", "udp://127.0.0.1:0"));
        using var one = new DatagramTestClient(node.Address("lines"));
        using var other = new DatagramTestClient(node.Address("lines"));
        one.SendBytes("hello\n"u8.ToArray());
        Eventually.Equal(1L, () => node.View.Relay.Index.Count);

        other.SendBytes("world"u8.ToArray());

        Assert.Equal("world\n"u8.ToArray(), one.ReceiveBody());
        Eventually.Equal(0, () => node.View.Sockets.Connections.OpenCount);
        Assert.All(node.View.Sockets.Connections.Closed, record => Assert.Equal(CloseReason.HeartbeatTimeout, record.CloseReason));
    }

    [Fact]
    public async Task Datagram_longer_than_a_line_is_dropped_and_counted()
    {
        await using var node = await Start("publish = room", "limits.line-bytes = 64", "udp://127.0.0.1:0");
        using var subscriber = Subscriber(node, "room");
        using var sender = new DatagramTestClient(node.Address("lines"));

        sender.SendBytes(new byte[100]);
        sender.SendBytes("next"u8.ToArray());

        Assert.Equal("[3,\"room\",'next']", subscriber.Receive());
        Assert.Equal(1, node.View.Endpoints.Find("lines")!.Counters.Dropped);
    }

    [Fact]
    public async Task Subject_that_becomes_too_long_when_filled_in_closes()
    {
        await using var node = await Start($"publish = \"{new string('x', 240)}.{{address}}\"");
        using var nc = new LineClient(node.Address("lines"));

        Assert.Null(nc.ReadLine());
    }

    private static Task<TestNode> Start(string rest, string keys = "", string address = "tcp://127.0.0.1:0") =>
        TestNode.StartAsync(keys, TestNode.Tcp, Lines(rest, address));

    private static NativeTestClient Subscriber(TestNode node, string filter)
    {
        var client = node.Connect();
        client.Send(4, 1, filter);
        client.Sync();
        return client;
    }

    private static List<string> Payloads(NativeTestClient client, int count) => [.. client.Receive(count).Select(Payload)];

    private static string Payload(string frame) => frame[(frame.LastIndexOf(',') + 1)..^1];

    private sealed class LineClient : IDisposable
    {
        private readonly System.IO.StreamReader _reader;

        public LineClient(NetAddress address)
        {
            Socket = NativeTestClient.Dial(address).Socket;
            _reader = new System.IO.StreamReader(new NetworkStream(Socket));
        }

        public Socket Socket { get; }

        public void Write(string text) => Socket.Send(Encoding.UTF8.GetBytes(text));

        /// <summary>Null at the end of the stream.</summary>
        public string? ReadLine() => _reader.ReadLine();

        public void Dispose()
        {
            _reader.Dispose();
            Socket.Dispose();
        }
    }
}
