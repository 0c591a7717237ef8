using System.Text;
using Anode.Mesh;
using Anode.Protocols.Link.Wire;
using Anode.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Anode.Tests.Protocols.Link;

/// <summary>The link protocol's bytes: as documented, read back as written, and never a crash, whatever comes.</summary>
public sealed class LinkFramesTests(ITestOutputHelper output)
{
    private static readonly LinkHello Hello = new(1, 3, "a", 1234567890123, 10, 75, "secret", ["receipts", "bulk"]);
    private static readonly NodeRecord Record = new("a", 5, 7, true, [new Adjacency("b", 10), new Adjacency("c", 1)]);

    private static readonly InterestNews News = new("a", 5, 3, 4, true, [
        new InterestChange(new Interest("lab.*"u8.ToArray(), null), true), new InterestChange(new Interest("jobs"u8.ToArray(), "g"u8.ToArray()), false)]);

    [Fact]
    public void Frames_are_the_documented_ones()
    {
        Assert.Equal("[20,1,3,\"a\",1234567890123,10,75,\"secret\",[\"receipts\",\"bulk\"]]", Text(LinkFrames.Hello(LinkKind.Hello, Hello)));
        Assert.Equal("[22,42]", Text(LinkFrames.Probe(LinkKind.Probe, 42)));
        Assert.Equal("[24,\"a\",5,7,true,[\"b\",10,\"c\",1]]", Text(LinkFrames.Record(Record)));
        Assert.Equal("[25,\"a\",5,3,4,true,[true,\"lab.*\",nil,false,\"jobs\",\"g\"]]", Text(LinkFrames.Interest(News)));
        Assert.Equal("[26,[\"a\",1,2,3,4,18446744073709551615]]", Text(LinkFrames.Digest([new NodeDigest("a", 1, 2, 3, 4, ulong.MaxValue)])));
        Assert.Equal("[27,\"a\"]", Text(LinkFrames.Want("a")));
        Assert.Equal("[31,9]", Text(LinkFrames.Ack(9)));
        Assert.Equal("[32,\"a\",5,\"b\",[1,2,300,0]]", Text(LinkFrames.Receipt("a", 5, "b", [(1, 2), (300, 0)])));
    }

    [Fact]
    public void Data_header_stands_before_messages_as_they_came()
    {
        var frame = Data("hello"u8);
        Assert.Equal("[30,1,3,2,70000,2,5,\"origin\",\"node\",\"queue\",'hello']", Text(frame));
        Assert.True(DataHeader.TryRead(frame, out var header, out var length));
        Assert.Equal((true, 3, Lane.Receipted, 70000L, 2, 5L, 5), (header.IsRetry, header.Hops, header.Lane, header.First, header.Count, header.Incarnation, header.DataBytes));
        Assert.Equal(["origin", "node", "queue"], [Encoding.UTF8.GetString(header.Origin), Encoding.UTF8.GetString(header.To), Encoding.UTF8.GetString(header.Queue)]);
        Assert.Equal(frame.Length, length + 5);
        for (var cut = 0; cut < length; cut++)
            Assert.False(DataHeader.TryRead(frame.AsSpan(0, cut), out _, out _));
    }

    [Fact]
    public void What_is_written_is_read_back()
    {
        Assert.True(LinkReader.TryReadHello(Body(LinkFrames.Hello(LinkKind.Welcome, Hello)), out var hello));
        Assert.Equal(Hello with { Capabilities = [] }, hello with { Capabilities = [] });
        Assert.Equal(Hello.Capabilities, hello.Capabilities);
        Assert.True(LinkReader.TryReadRecord(Body(LinkFrames.Record(Record)), out var record));
        Assert.Equal(Record with { Links = [] }, record with { Links = [] });
        Assert.Equal(Record.Links.ToArray(), record.Links.ToArray());
        Assert.True(LinkReader.TryReadInterest(Body(LinkFrames.Interest(News)), out var news));
        Assert.Equal(LinkFrames.Interest(News), LinkFrames.Interest(news));
    }

    [Fact]
    public void Versions_overlap_or_do_not()
    {
        Assert.Equal(1, Hello.CommonVersion);
        Assert.Null((Hello with { MinVersion = 2, MaxVersion = 9 }).CommonVersion);
        Assert.Null((Hello with { MinVersion = 0, MaxVersion = 0 }).CommonVersion);
    }

    [Fact]
    public void Hostile_bytes_are_refused_and_nothing_throws()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        byte[][] good =
        [
            LinkFrames.Hello(LinkKind.Hello, Hello), LinkFrames.Record(Record), LinkFrames.Interest(News), Data("x"u8),
            LinkFrames.Digest([new NodeDigest("a", 1, 2, 3, 4, 5)]), LinkFrames.Receipt("a", 5, "b", [(1, 2)]), LinkFrames.Want("a"),
        ];
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = good[random.Next(good.Length)].ToArray();
            for (var flips = random.Next(1, 6); flips > 0; flips--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            var body = bytes.AsSpan(4, random.Next(bytes.Length - 3));
            LinkReader.TryReadHello(body, out _);
            LinkReader.TryReadRecord(body, out _);
            LinkReader.TryReadInterest(body, out _);
            LinkReader.TryReadDigest(body, out _);
            LinkReader.TryReadReceipt(body, out _, out _, out _, []);
            LinkReader.TryReadPiece(body, out _);
            LinkReader.TryReadWant(body, out _);
            LinkReader.TryReadNumber(body, out _);
            DataHeader.TryRead(bytes, out _, out _);
        }
    }

    private static byte[] Data(ReadOnlySpan<byte> messages)
    {
        var room = new byte[DataHeader.LongestBytes];
        var length = DataHeader.Begin(room, retry: true, 3, Lane.Receipted, 5, "origin"u8, "node"u8, "queue"u8);
        DataHeader.Complete(room.AsSpan(0, length), 70000, 2, messages.Length);
        return [.. room.AsSpan(0, length), .. messages];
    }

    private static byte[] Body(byte[] frame) => frame[4..];

    private static string Text(byte[] frame) => Notation.Of(Body(frame));
}
