using System.Text;
using System.Text.Json;
using Anode.Messages;
using Anode.Tests.Protocols.Native;
using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Relay.Tls;

/// <summary>Whole nodes with TLS: every protocol behind it, and links between them.</summary>
public sealed class TlsNodeTests : IDisposable
{
    private readonly TestAuthority _authority = new();

    public void Dispose() => _authority.Dispose();

    [Fact]
    public async Task Native_client_by_tls_and_one_in_clear_hear_each_other()
    {
        await using var node = await StartAsync("""{ address = "tls://127.0.0.1:0", name = tls }""");
        using var clear = node.Connect();
        using var secure = SecureStream.Connect(node.Address("tls"));
        clear.Send(4, 1, "lab.*");
        clear.Sync();
        secure.Send(NativeTestClient.Frame(1, Value.Map([("version", 1)])));
        Assert.Equal(2, FrameOf(secure)[1] & 0x0f); // WELCOME
        secure.Send(NativeTestClient.Frame(4, 1, "lab.*"));
        secure.Send(NativeTestClient.Frame(3, "lab.secret", "from the encrypted side"));
        Assert.Contains("from the encrypted side", clear.Receive());
        Assert.Contains("from the encrypted side", Encoding.UTF8.GetString(FrameOf(secure)));
        clear.Send(3, "lab.open", "from the clear side");
        Assert.Contains("from the clear side", Encoding.UTF8.GetString(FrameOf(secure)));
    }

    [Fact]
    public async Task Lines_come_and_go_by_tls()
    {
        await using var node = await StartAsync("""{ address = "tls://127.0.0.1:0", name = tls, protocol = lines, publish = lab.line, subscribe = "lab.>", echo = on }""");
        using var secure = SecureStream.Connect(node.Address("tls"));
        secure.Send("hello\n"u8);
        Assert.Equal("hello\n"u8.ToArray(), secure.Receive(6));
    }

    [Fact]
    public async Task Line_that_was_cut_off_is_not_published_and_one_that_was_ended_is()
    {
        await using var node = await StartAsync("""{ address = "tls://127.0.0.1:0", name = tls, protocol = lines, publish = lab.line }""");
        using var clear = node.Connect();
        clear.Send(4, 1, "lab.>");
        clear.Sync();
        using (var cut = SecureStream.Connect(node.Address("tls")))
        {
            cut.Send("pay 1000"u8);
            cut.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send); // no close_notify
            cut.ReceiveToEnd();
        }

        using (var ended = SecureStream.Connect(node.Address("tls")))
        {
            ended.Send("pay 10"u8);
            await ended.Stream.ShutdownAsync();
            ended.ReceiveToEnd();
        }

        Assert.Contains("pay 10\"", clear.Receive().Replace("'", "\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nats_client_is_told_in_clear_to_begin_tls()
    {
        await using var node = await StartAsync("""{ address = "tls://127.0.0.1:0", name = tls, protocol = nats }""", "security.tls.client-certificate = required");
        using var greeted = NatsTestClient.Dial(node.Address("tls"));
        Assert.True(greeted.Info.GetProperty("tls_required").GetBoolean());
        Assert.True(greeted.Info.GetProperty("tls_verify").GetBoolean());

        using var secure = SecureStream.Over(greeted.Socket, _authority.Sign("client"));
        secure.Send("CONNECT {\"verbose\":false}\r\nSUB lab.* 1\r\nPUB lab.x 2\r\nok\r\nPING\r\n"u8);
        Assert.Equal("MSG lab.x 1 2\r\nok\r\nPONG\r\n", Encoding.ASCII.GetString(secure.Receive("MSG lab.x 1 2\r\nok\r\nPONG\r\n".Length)));
    }

    [Fact]
    public async Task Nats_client_that_goes_on_in_clear_is_ended()
    {
        await using var node = await StartAsync("""{ address = "tls://127.0.0.1:0", name = tls, protocol = nats }""");
        using var careless = NatsTestClient.Dial(node.Address("tls"));
        careless.Say("CONNECT {}\nPING\n");
        Assert.Equal(0, careless.Socket.Receive(new byte[100]));
        Eventually.Equal(CloseReason.TlsHandshake, () => node.View.Sockets.Connections.Closed.FirstOrDefault()?.CloseReason ?? CloseReason.Requested);
    }

    [Fact]
    public async Task Nats_clients_are_led_to_doors_of_the_same_kind()
    {
        const string Nats = """protocol = nats""";
        await using var node = await TestNode.StartAsync(
            Security, $$"""{ address = "tcp://127.0.0.1:0", name = a, {{Nats}} }""", $$"""{ address = "tcp://127.0.0.1:0", name = b, {{Nats}} }""",
            $$"""{ address = "tls://127.0.0.1:0", name = c, {{Nats}} }""", $$"""{ address = "tls://127.0.0.1:0", name = d, {{Nats}} }""");
        using var clear = NatsTestClient.Dial(node.Address("a"));
        using var secure = NatsTestClient.Dial(node.Address("c"));
        Assert.Equal(Ports(node, "a", "b"), Urls(clear.Info));
        Assert.Equal(Ports(node, "c", "d"), Urls(secure.Info));
        Assert.False(clear.Info.TryGetProperty("tls_required", out _));

        static string[] Ports(TestNode node, params string[] doors) => [.. doors.Select(door => $"127.0.0.1:{node.Address(door).Port}").Order(StringComparer.Ordinal)];
        static string[] Urls(JsonElement info) => [.. info.GetProperty("connect_urls").EnumerateArray().Select(url => url.GetString()!).Order(StringComparer.Ordinal)];
    }

    [Fact]
    public async Task Message_takes_a_link_by_tls_between_nodes_that_show_their_names()
    {
        const string Link = """{ address = "tls://127.0.0.1:0", name = link, protocol = link }""";
        await using var hub = await TestNode.StartAsync(Member("hub", "client-certificate = required"), TestNode.Tcp, Link);
        await using var edge = await TestNode.StartAsync(
            $$"""{{Member("edge")}}, peers = [ { address = "{{hub.Address("link")}}" } ]""", TestNode.Tcp);
        using var here = hub.Connect();
        using var there = edge.Connect();
        there.Send(4, 1, "lab.>");
        there.Sync();
        Eventually.Equal(1L, () => hub.View.Relay.Index.Count);
        var payload = new string('x', 300_000);
        here.Send(3, "lab.long", payload);
        Assert.Contains(payload, there.Receive());
        Assert.Equal("CN=edge", Assert.Single(hub.View.Relay.Mesh!.View.Links).Value.Record.Tls!.Peer);
    }

    [Fact]
    public async Task Node_under_the_name_of_another_is_not_linked_to()
    {
        const string Link = """{ address = "tls://127.0.0.1:0", name = link, protocol = link }""";
        await using var hub = await TestNode.StartAsync(Member("hub", "client-certificate = required"), TestNode.Tcp, Link);
        await using var liar = await TestNode.StartAsync(
            $$"""{{Member("edge").Replace("name = edge", "name = liar")}}, peers = [ { address = "{{hub.Address("link")}}" } ]""", TestNode.Tcp);
        Eventually.Equal(CloseReason.Unauthorized, () => hub.View.Sockets.Connections.Closed.FirstOrDefault()?.CloseReason ?? CloseReason.Requested);
        Assert.Empty(hub.View.Relay.Mesh!.View.Links);
    }

    private string Security => $$"""security.tls { certificate = "{{_authority.Sign("localhost")}}", authorities = "{{_authority.File}}" }""";

    private string Member(string name, string more = "") => $$"""
        name = {{name}}
        links.certificate-names-node = on
        security.tls { certificate = "{{_authority.Sign(name)}}", authorities = "{{_authority.File}}", {{more}} }
        """;

    private Task<TestNode> StartAsync(string listener, string more = "") => TestNode.StartAsync($"{Security}\n{more}", TestNode.Tcp, listener);

    private static byte[] FrameOf(SecureStream stream)
    {
        var prefix = stream.Receive(4);
        return stream.Receive(System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(prefix));
    }
}
