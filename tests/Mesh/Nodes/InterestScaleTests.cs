using System.Diagnostics;
using System.Globalization;
using System.Text;
using Anode.Mesh;
using Anode.Protocols.Link.Wire;
using Anode.Tests.Processes;
using Anode.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Anode.Tests.Mesh.Nodes;

/// <summary>A node that many others tell of many subscriptions, by hand over real links; <c>ANODE_SOAK_INTEREST</c> sets how many each has.</summary>
[Collection(nameof(AloneCollection))]
public sealed class InterestScaleTests(ITestOutputHelper output)
{
    private const string Link = """{ address = "tcp://127.0.0.1:0", name = link, protocol = link }""";
    private const string Quiet = "links { probe-interval = 60s, forget-after = 200ms, digest-interval = 200ms }";
    private const int Part = 500;

    private static readonly int Each =
        int.TryParse(Environment.GetEnvironmentVariable("ANODE_SOAK_INTEREST"), CultureInfo.InvariantCulture, out var each) ? each : 1000;

    [Fact]
    public async Task Hundred_nodes_interest_is_taken_whole_and_forgotten_whole()
    {
        const int Nodes = 100;
        await using var node = await TestNode.StartAsync(Quiet, TestNode.Tcp, Link);
        GC.Collect();
        var before = GC.GetTotalMemory(true);
        var clock = Stopwatch.StartNew();
        var peers = Enumerable.Range(0, Nodes).Select(i => Hello(node, $"peer-{i}")).ToList();
        // Each hears of all others' interest, and who does not read is no link.
        var hearing = peers.ConvertAll(peer => Blocking.Run(() => IsGivenData(peer)));
        for (var i = 0; i < Nodes; i++)
            Tell(peers[i], $"peer-{i}", 1, [.. Enumerable.Range(0, Each).Select(n => $"plant.{i}.line.{n}.temperature")]);
        Assert.True(
            SpinWait.SpinUntil(() => node.View.Relay.Index.Count == (long)Nodes * Each, TimeSpan.FromSeconds(60)),
            $"{node.View.Relay.Index.Count} of {Nodes * Each}");
        var took = clock.Elapsed;
        var bytes = GC.GetTotalMemory(true) - before;
        output.WriteLine($"{Nodes} nodes with {Each:N0} filters each: known after {took.TotalSeconds:0.00} s, {(double)bytes / Nodes / Each:0} bytes each");
        using var publisher = node.Connect();
        publisher.Send(3, $"plant.7.line.{Each - 1}.temperature", "x");
        Assert.True(await hearing[7]);
        peers.ForEach(peer => peer.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Both));
        Assert.Single(await Task.WhenAll(hearing), given => given);
        peers.ForEach(peer => peer.Dispose());
        Eventually.Equal(0, () => node.View.Relay.Index.Count);
    }

    [Fact]
    public async Task Copy_that_differs_from_its_owners_table_is_asked_for_and_repaired()
    {
        await using var node = await TestNode.StartAsync(Quiet, TestNode.Tcp, Link);
        using var peer = Hello(node, "peer");
        Tell(peer, "peer", 1, ["a", "b"]);
        Eventually.Equal(2, () => node.View.Relay.Index.Count);
        // What the owner really has: a change was lost on the way, or a bit was turned.
        var table = new InterestTable();
        table.Replace(1, 1, [Interest("a"), Interest("c"), Interest("d")], []);
        peer.SendBytes(LinkFrames.Digest([new NodeDigest("peer", 1, 1, 1, 1, table.Digest)]));
        Assert.Equal("[27,\"peer\"]", NextOf(peer, "[27,"));
        Tell(peer, "peer", 1, ["a", "c", "d"]);
        Eventually.Equal(3, () => node.View.Relay.Index.Count);
        Assert.Equal(table.Digest, node.View.Relay.Mesh!.Known.Others["peer"].Table.Digest);
    }

    private static NativeTestClient Hello(TestNode node, string name)
    {
        var peer = node.Dial("link");
        peer.SendBytes(LinkFrames.Hello(LinkKind.Hello, new LinkHello(1, 1, name, 1, 10, 75, "", [])));
        NextOf(peer, "[21,");
        peer.SendBytes(LinkFrames.Record(new NodeRecord(name, 1, 1, false, [new Adjacency(node.View.Name, 10)])));
        return peer;
    }

    private static void Tell(NativeTestClient peer, string name, long version, IReadOnlyList<string> filters)
    {
        for (var at = 0; at < filters.Count; at += Part)
        {
            peer.SendBytes(LinkFrames.Interest(new InterestNews(
                name, 1, InterestNews.Whole, version, at + Part >= filters.Count, [.. filters.Skip(at).Take(Part).Select(filter => new InterestChange(Interest(filter), true))])));
        }
    }

    private static bool IsGivenData(NativeTestClient peer)
    {
        try
        {
            while (peer.ReceiveBody() is { } body)
            {
                if (body[1] == (byte)LinkKind.Data)
                    return true;
            }
        }
        catch (Exception e) when (e is System.Net.Sockets.SocketException or EndOfStreamException)
        {
            // What the node still sent to a socket that was shut down comes back as a reset.
        }

        return false;
    }

    private static Interest Interest(string filter) => new(Encoding.UTF8.GetBytes(filter), null);

    private static string NextOf(NativeTestClient peer, string begin)
    {
        for (; ; )
        {
            var frame = peer.Receive();
            if (frame.StartsWith(begin, StringComparison.Ordinal) || frame is NativeTestClient.Eof or NativeTestClient.Reset)
                return frame;
        }
    }
}
