using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Anode.Discovery;
using Anode.Messages;
using Anode.Tests.Processes;
using Anode.Tests.Support;
using Anode.Tests.Support.Machines;
using Xunit;

namespace Anode.Tests.Discovery;

/// <summary>Nodes that find each other, on machines of the test's own: nothing of this may leave on a real network.</summary>
[Collection(nameof(AloneCollection))]
public sealed class DiscoveryTests
{
    private const string Key = "a key that all of them have";
    private const int Port = 7405;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30), Pace = TimeSpan.FromMilliseconds(20);

    [MachinesFact]
    public async Task Nodes_with_the_key_link_to_each_other_and_forget_who_has_gone()
    {
        await using var network = await Network.OfAsync("a", "b", "c");
        await using var a = await StartAsync(network, "a", Key);
        await using var b = await StartAsync(network, "b", Key);
        await using var c = await StartAsync(network, "c", "another key than theirs");

        await UntilLinkedAsync(network, "a", "b");
        await UntilLinkedAsync(network, "b", "a");
        await UntilAsync(async () => await IgnoredAsync(network, "a", "seal") > 0, "a has not heard of c");
        Assert.Empty(await LinksAsync(network, "c"));

        await network.UnplugAsync("b");
        await UntilAsync(async () => !(await EndpointsAsync(network, "a")).Any(name => name.StartsWith("lan-", StringComparison.Ordinal)), "a still dials b");
        await a.Process.Within(a.Process.Error.LineWith("b has not been heard of"), "a does not say why");
        await network.PlugAsync("b");
        await UntilLinkedAsync(network, "a", "b");
    }

    [MachinesFact]
    public async Task Cards_without_multicast_are_broadcast_from()
    {
        await using var network = await Network.OfAsync("a", "b");
        await network.ForbidMulticastAsync("a");
        await network.ForbidMulticastAsync("b");
        await using var a = await StartAsync(network, "a", Key);
        await using var b = await StartAsync(network, "b", Key);

        await UntilLinkedAsync(network, "a", "b");
    }

    [MachinesFact]
    public async Task Hostile_bytes_and_recordings_are_counted_and_have_no_effect()
    {
        await using var network = await Network.OfAsync("a", "b", "evil");
        await using var a = await StartAsync(network, "a", Key);
        var recorded = await network.RunIn("evil", Listen);
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var key = Encoding.UTF8.GetBytes(Key);
        Beacon Of(string node, long number, long at) => new(node, 1, number, at, NetAddress.HostPort(Scheme.Tcp, network.AddressOf("evil"), 7401));

        await network.RunIn("evil", () =>
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { EnableBroadcast = true };
            socket.Bind(new IPEndPoint(IPAddress.Parse(network.AddressOf("evil")), 0));
            foreach (var bytes in (byte[][])[[], [0x97], new byte[2000], Encoding.UTF8.GetBytes(new string('x', 300)), Of("z", 1, now - 60_000).Write(key), Of("z", 1, now + 60_000).Write(key), Of("z", 1, now).Write("not the same key"u8)])
                socket.SendTo(bytes, new IPEndPoint(IPAddress.Broadcast, Port));
            return 0;
        });

        await UntilAsync(
            async () => await IgnoredAsync(network, "a", "form") >= 3 && await IgnoredAsync(network, "a", "seal") >= 2 && await IgnoredAsync(network, "a", "stale") >= 2,
            "not all was counted");
        Assert.DoesNotContain(await EndpointsAsync(network, "a"), name => name.StartsWith("lan-", StringComparison.Ordinal));

        // What b is told by a recording of a is what it knew already.
        await using var b = await StartAsync(network, "b", Key);
        await UntilLinkedAsync(network, "b", "a");
        await network.RunIn("evil", () =>
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { EnableBroadcast = true };
            socket.Bind(new IPEndPoint(IPAddress.Parse(network.AddressOf("evil")), 0));
            return socket.SendTo(recorded, new IPEndPoint(IPAddress.Broadcast, Port));
        });
        await UntilAsync(async () => await IgnoredAsync(network, "b", "stale") > 0, "the recording was not noticed");
    }

    [Fact]
    public async Task Discovery_without_a_key_exits_2_and_says_which()
    {
        var outcome = (await AnodeProcess.RunAsync("config", "show", "--set", "node.discovery.enabled=on")).Exits(2);

        Assert.Contains("node.discovery needs a key", outcome.Error);
    }

    [Fact]
    public async Task Key_file_that_is_not_there_exits_2_and_says_why()
    {
        var outcome = (await AnodeProcess.RunAsync("config", "show", "--set", "node.discovery.key-file=/nowhere/key")).Exits(2);

        Assert.Contains("node.discovery.key-file", outcome.Error);
        Assert.Contains("cannot be read", outcome.Error);
    }

    private static Task<NodeProcess> StartAsync(Network network, string machine, string key) => network.StartAsync(
        machine,
        [
            "--name", machine, "--http", "127.0.0.1:7480", "--listen", "tcp://0.0.0.0:7401?name=link&protocol=link", "--set", "node.discovery.enabled=on",
            "--set", $"node.discovery.key=\"{key}\"", "--set", "node.discovery.interval=200ms", "--set", "node.discovery.forget-after=1s",
        ]);

    /// <summary>The first datagram that comes to the machine's port for beacons.</summary>
    private static byte[] Listen()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = (int)Patience.TotalMilliseconds };
        socket.Bind(new IPEndPoint(IPAddress.Any, Port));
        socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, new MulticastOption(IPAddress.Parse("239.255.74.11"), IPAddress.Parse("10.77.0.3")));
        var buffer = new byte[2000];
        return buffer[..socket.Receive(buffer)];
    }

    private static Task UntilLinkedAsync(Network network, string machine, string peer) =>
        UntilAsync(async () => (await LinksAsync(network, machine)).Contains(peer), $"{machine} is not linked to {peer}");

    private static async Task<IReadOnlyList<string>> LinksAsync(Network network, string machine) =>
        [.. (await JsonAsync(network, machine, "/api/links")).GetProperty("links").EnumerateArray().Select(link => link.GetProperty("peer").GetString()!)];

    private static async Task<IReadOnlyList<string>> EndpointsAsync(Network network, string machine) =>
        [.. (await JsonAsync(network, machine, "/api/endpoints")).EnumerateArray().Select(endpoint => endpoint.GetProperty("name").GetString()!)];

    private static async Task<long> IgnoredAsync(Network network, string machine, string reason)
    {
        using var http = network.HttpOn(machine);
        var line = (await http.GetStringAsync("http://127.0.0.1:7480/metrics")).Split('\n')
            .First(line => line.StartsWith("anode_discovery_beacons_ignored_total", StringComparison.Ordinal) && line.Contains($"\"{reason}\"", StringComparison.Ordinal));
        return long.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
    }

    private static async Task<JsonElement> JsonAsync(Network network, string machine, string path)
    {
        using var http = network.HttpOn(machine);
        return await http.GetFromJsonAsync<JsonElement>($"http://127.0.0.1:7480{path}");
    }

    private static async Task UntilAsync(Func<Task<bool>> condition, string otherwise)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var pace = new PeriodicTimer(Pace);
        while (!await condition())
        {
            Assert.False(patience.IsCancellationRequested, otherwise);
            await pace.WaitForNextTickAsync(CancellationToken.None);
        }
    }
}
