using System.Buffers.Binary;
using System.Text;
using Anode.Mesh;
using Anode.Protocols.Native.Wire;

namespace Anode.Protocols.Link.Wire;

/// <summary>The frames of the control plane, from meaning to bytes: each is whole, with its prefix. All are rare next to DATA.</summary>
internal static class LinkFrames
{
    private const int Front = Framing.PrefixBytes + MsgPack.LongestHeader + 1;

    public static byte[] Hello(LinkKind kind, LinkHello hello)
    {
        var frame = new Frame(kind, 9, 3 * MsgPack.LongestInteger + 2 * MsgPack.LongestInteger + Size(hello.Node) + Size(hello.Token)
            + MsgPack.LongestHeader + hello.Capabilities.Sum(Size));
        frame.Writer.Integer(hello.MinVersion);
        frame.Writer.Integer(hello.MaxVersion);
        frame.Writer.Text(hello.Node);
        frame.Writer.Integer(hello.Incarnation);
        frame.Writer.Integer(hello.Cost);
        frame.Writer.Integer(hello.ProbeMs);
        frame.Writer.Text(hello.Token);
        frame.Writer.Texts(hello.Capabilities);
        return frame.End();
    }

    /// <summary>22 PROBE or 23 ECHO: the sender's own clock, which comes back as it was.</summary>
    public static byte[] Probe(LinkKind kind, long clock) => Numbers(kind, clock);

    /// <summary>27 WANT: send me the whole interest of this node.</summary>
    public static byte[] Want(string node)
    {
        var frame = new Frame(LinkKind.Want, 2, Size(node));
        frame.Writer.Text(node);
        return frame.End();
    }

    /// <summary>31 ACK: so many bytes of DATA have come since the handshake.</summary>
    public static byte[] Ack(long bytes) => Numbers(LinkKind.Ack, bytes);

    /// <summary>
    /// 24 RECORD: <c>[24, node, incarnation, version, draining, [peer, cost, …]]</c>, and of a member of a cluster <c>cluster, whole, cost, [peer, …]</c> behind it.
    /// </summary>
    public static byte[] Record(NodeRecord record)
    {
        var claim = record.Cluster;
        var frame = new Frame(LinkKind.Record, claim is null ? 6 : 10, Size(record.Node) + 2 * MsgPack.LongestInteger + 1 + MsgPack.LongestHeader
            + record.Links.Sum(link => Size(link.Peer) + MsgPack.LongestInteger)
            + (claim is null ? 0 : Size(claim.Name) + 1 + MsgPack.LongestInteger + MsgPack.LongestHeader + claim.Without.Sum(Size)));
        frame.Writer.Text(record.Node);
        frame.Writer.Integer(record.Incarnation);
        frame.Writer.Integer(record.Version);
        frame.Writer.Bool(record.Draining);
        frame.Writer.ArrayHeader(record.Links.Length * 2);
        foreach (var (peer, cost) in record.Links)
        {
            frame.Writer.Text(peer);
            frame.Writer.Integer(cost);
        }

        if (claim is not null)
        {
            frame.Writer.Text(claim.Name);
            frame.Writer.Bool(claim.IsWhole);
            frame.Writer.Integer(claim.Cost);
            frame.Writer.Texts(claim.Without);
        }

        return frame.End();
    }

    /// <summary>
    /// 25 INTEREST: <c>[25, node, incarnation, from, to, last, [begins, filter, queue | nil, …]]</c>. A <c>from</c> of −1 is a part of the whole
    /// table, and <c>last</c> its last.
    /// </summary>
    public static byte[] Interest(InterestNews news)
    {
        var frame = new Frame(LinkKind.Interest, 7, Size(news.Node) + 3 * MsgPack.LongestInteger + 1 + MsgPack.LongestHeader
            + news.Changes.Sum(SizeOf));
        frame.Writer.Text(news.Node);
        frame.Writer.Integer(news.Incarnation);
        frame.Writer.Integer(news.From);
        frame.Writer.Integer(news.To);
        frame.Writer.Bool(news.IsLast);
        frame.Writer.ArrayHeader(news.Changes.Count * 3);
        foreach (var (interest, begins) in news.Changes)
        {
            frame.Writer.Bool(begins);
            frame.Writer.String(interest.Filter);
            if (interest.Queue is null)
                frame.Writer.Nil();
            else
                frame.Writer.String(interest.Queue);
        }

        return frame.End();
    }

    /// <summary>Of one change within <see cref="Interest"/>.</summary>
    public static int SizeOf(InterestChange change) =>
        1 + 2 * MsgPack.LongestHeader + change.Interest.Filter.Length + (change.Interest.Queue?.Length ?? 0);

    /// <summary>26 DIGEST: <c>[26, [node, incarnation, record's version, interest's incarnation, interest's version, its digest, …]]</c>.</summary>
    public static byte[] Digest(IReadOnlyCollection<NodeDigest> digests)
    {
        var frame = new Frame(LinkKind.Digest, 2, MsgPack.LongestHeader + digests.Sum(digest => Size(digest.Node) + 5 * MsgPack.LongestInteger));
        frame.Writer.ArrayHeader(digests.Count * 6);
        foreach (var digest in digests)
        {
            frame.Writer.Text(digest.Node);
            frame.Writer.Integer(digest.Incarnation);
            frame.Writer.Integer(digest.Version);
            frame.Writer.Integer(digest.InterestIncarnation);
            frame.Writer.Integer(digest.InterestVersion);
            frame.Writer.Unsigned(digest.Interest);
        }

        return frame.End();
    }

    /// <summary>32 RECEIPT: <c>[32, to, incarnation, from, [number, receivers, …]]</c>: from has these messages of to's.</summary>
    public static byte[] Receipt(string to, long incarnation, string from, IReadOnlyCollection<(long Number, long Receivers)> receipts)
    {
        var frame = new Frame(LinkKind.Receipt, 5, Size(to) + Size(from) + MsgPack.LongestInteger + MsgPack.LongestHeader
            + receipts.Count * 2 * MsgPack.LongestInteger);
        frame.Writer.Text(to);
        frame.Writer.Integer(incarnation);
        frame.Writer.Text(from);
        frame.Writer.ArrayHeader(receipts.Count * 2);
        foreach (var (number, receivers) in receipts)
        {
            frame.Writer.Integer(number);
            frame.Writer.Integer(receivers);
        }

        return frame.End();
    }

    /// <summary>What stands before a piece of the bulk lane: <c>[33, bin]</c>. Returns the length.</summary>
    public static int PieceHeader(Span<byte> room, int bytes)
    {
        room[Framing.PrefixBytes] = MsgPack.FixArray | 2;
        room[Framing.PrefixBytes + 1] = (byte)LinkKind.Piece;
        room[Framing.PrefixBytes + 2] = MsgPack.Bin32;
        BinaryPrimitives.WriteInt32BigEndian(room[(Framing.PrefixBytes + 3)..], bytes);
        BinaryPrimitives.WriteInt32BigEndian(room, PieceHeaderBytes - Framing.PrefixBytes + bytes);
        return PieceHeaderBytes;
    }

    public const int PieceHeaderBytes = Framing.PrefixBytes + 7;

    private static byte[] Numbers(LinkKind kind, long number)
    {
        var frame = new Frame(kind, 2, MsgPack.LongestInteger);
        frame.Writer.Integer(number);
        return frame.End();
    }

    private static int Size(string text) => MsgPack.LongestHeader + Encoding.UTF8.GetByteCount(text);

    private ref struct Frame
    {
        private readonly byte[] _bytes;

        public MsgPackWriter Writer;

        public Frame(LinkKind kind, int items, int size)
        {
            _bytes = new byte[Front + size];
            Writer = new MsgPackWriter(_bytes, Framing.PrefixBytes);
            Writer.ArrayHeader(items);
            Writer.Integer((long)kind);
        }

        public readonly byte[] End()
        {
            BinaryPrimitives.WriteInt32BigEndian(_bytes, Writer.Position - Framing.PrefixBytes);
            return _bytes[..Writer.Position];
        }
    }
}
