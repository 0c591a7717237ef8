using System.Collections.Immutable;
using Anode.Mesh;
using Anode.Protocols.Native.Wire;

namespace Anode.Protocols.Link.Wire;

/// <summary>The frames of the control plane, from bytes to meaning. False: not what the protocol allows; nothing throws, whatever the bytes.</summary>
internal static class LinkReader
{
    private const int MaxName = 64;

    public static bool TryReadHello(ReadOnlySpan<byte> body, out LinkHello hello)
    {
        hello = null!;
        var cursor = new MsgPackCursor(body);
        if (!Begin(ref cursor, 6, out var items)
            || !cursor.TryReadNatural(out var min) || !cursor.TryReadNatural(out var max)
            || !TryReadName(ref cursor, out var node)
            || !cursor.TryReadNatural(out var incarnation)
            || !cursor.TryReadNatural(out var cost) || cost is < 1 or > 1_000_000)
            return false;
        var (probe, token) = (0L, "");
        IReadOnlyList<string>? capabilities = null;
        if ((items > 6 && !cursor.TryReadNatural(out probe)) || (items > 7 && !cursor.TryReadText(out token))
            || (items > 8 && !cursor.TryReadOptional(out capabilities)))
            return false;
        hello = new LinkHello(min, max, node, incarnation, (int)cost, probe, token, capabilities ?? []);
        return true;
    }

    /// <summary>PROBE, ECHO, ACK.</summary>
    public static bool TryReadNumber(ReadOnlySpan<byte> body, out long number)
    {
        number = 0;
        var cursor = new MsgPackCursor(body);
        return Begin(ref cursor, 2, out _) && cursor.TryReadInteger(out number);
    }

    public static bool TryReadWant(ReadOnlySpan<byte> body, out string node)
    {
        node = "";
        var cursor = new MsgPackCursor(body);
        return Begin(ref cursor, 2, out _) && TryReadName(ref cursor, out node);
    }

    public static bool TryReadRecord(ReadOnlySpan<byte> body, out NodeRecord record)
    {
        record = null!;
        var cursor = new MsgPackCursor(body);
        if (!Begin(ref cursor, 6, out var parts) || !TryReadName(ref cursor, out var node) || !cursor.TryReadNatural(out var incarnation)
            || !cursor.TryReadNatural(out var version) || !cursor.TryReadBool(out var draining) || !cursor.TryReadArrayHeader(out var items)
            || items % 2 != 0)
            return false;
        var links = ImmutableArray.CreateBuilder<Adjacency>(items / 2);
        for (var i = 0; i < items; i += 2)
        {
            if (!TryReadName(ref cursor, out var peer) || !cursor.TryReadNatural(out var cost) || cost > int.MaxValue)
                return false;
            links.Add(new Adjacency(peer, (int)cost));
        }

        links.Sort(static (a, b) => string.CompareOrdinal(a.Peer, b.Peer)); // looked up so, whatever the peer made of it
        ClusterClaim? claim = null;
        if (parts >= 10 && !TryReadClaim(ref cursor, out claim))
            return false;
        record = new NodeRecord(node, incarnation, version, draining, links.MoveToImmutable(), claim);
        return true;
    }

    private static bool TryReadClaim(ref MsgPackCursor cursor, out ClusterClaim? claim)
    {
        claim = null;
        if (!TryReadClusterName(ref cursor, out var cluster) || !cursor.TryReadBool(out var isWhole) || !cursor.TryReadNatural(out var cost) || cost > int.MaxValue
            || !cursor.TryReadArrayHeader(out var items))
            return false;
        var without = ImmutableArray.CreateBuilder<string>(items);
        for (var i = 0; i < items; i++)
        {
            if (!TryReadName(ref cursor, out var member))
                return false;
            without.Add(member);
        }

        without.Sort(StringComparer.Ordinal);
        claim = new ClusterClaim(cluster, isWhole, (int)cost, without.MoveToImmutable());
        return true;
    }

    public static bool TryReadInterest(ReadOnlySpan<byte> body, out InterestNews news)
    {
        news = null!;
        var cursor = new MsgPackCursor(body);
        if (!Begin(ref cursor, 7, out _) || !TryReadName(ref cursor, out var node) || !cursor.TryReadNatural(out var incarnation)
            || !cursor.TryReadInteger(out var from) || !cursor.TryReadNatural(out var to) || !cursor.TryReadBool(out var last)
            || !cursor.TryReadArrayHeader(out var items) || items % 3 != 0)
            return false;
        var changes = new List<InterestChange>(items / 3);
        for (var i = 0; i < items; i += 3)
        {
            if (!cursor.TryReadBool(out var begins) || !cursor.TryReadString(out var filter))
                return false;
            byte[]? queue = null;
            if (!cursor.TryReadNil())
            {
                if (!cursor.TryReadString(out var name))
                    return false;
                queue = name.Of(body).ToArray();
            }

            if (!Routing.Subject.IsFilter(filter.Of(body)) || queue is { Length: 0 or > Routing.Subject.MaxBytes })
                return false;
            changes.Add(new InterestChange(new Interest(filter.Of(body).ToArray(), queue), begins));
        }

        news = new InterestNews(node, incarnation, from, to, last, changes);
        return true;
    }

    public static bool TryReadDigest(ReadOnlySpan<byte> body, out List<NodeDigest> digests)
    {
        digests = [];
        var cursor = new MsgPackCursor(body);
        if (!Begin(ref cursor, 2, out _) || !cursor.TryReadArrayHeader(out var items) || items % 6 != 0)
            return false;
        for (var i = 0; i < items; i += 6)
        {
            if (!TryReadName(ref cursor, out var node) || !cursor.TryReadNatural(out var incarnation) || !cursor.TryReadNatural(out var version)
                || !cursor.TryReadNatural(out var interestIncarnation) || !cursor.TryReadNatural(out var interestVersion)
                || !cursor.TryReadUnsigned(out var interest))
                return false;
            digests.Add(new NodeDigest(node, incarnation, version, interestIncarnation, interestVersion, interest));
        }

        return true;
    }

    public static bool TryReadReceipt(
        ReadOnlySpan<byte> body, out string to, out long incarnation, out string from, List<(long Number, long Receivers)> receipts)
    {
        (to, incarnation, from) = ("", 0, "");
        var cursor = new MsgPackCursor(body);
        if (!Begin(ref cursor, 5, out _) || !TryReadName(ref cursor, out to) || !cursor.TryReadNatural(out incarnation)
            || !TryReadName(ref cursor, out from) || !cursor.TryReadArrayHeader(out var items) || items % 2 != 0)
            return false;
        for (var i = 0; i < items; i += 2)
        {
            if (!cursor.TryReadNatural(out var number) || !cursor.TryReadNatural(out var receivers))
                return false;
            receipts.Add((number, receivers));
        }

        return true;
    }

    /// <summary>33 PIECE: where its bytes are.</summary>
    public static bool TryReadPiece(ReadOnlySpan<byte> body, out Slice piece)
    {
        piece = default;
        var cursor = new MsgPackCursor(body);
        return Begin(ref cursor, 2, out _) && cursor.TryReadBinary(out piece);
    }

    private static bool Begin(ref MsgPackCursor cursor, int atLeast, out int items) =>
        cursor.TryReadArrayHeader(out items) && items >= atLeast && cursor.TryReadNatural(out _);

    private static bool TryReadClusterName(ref MsgPackCursor cursor, out string name) =>
        cursor.TryReadText(out name) && name.Length is > 0 and <= MaxName && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    /// <summary>A node's name is one word of a subject.</summary>
    private static bool TryReadName(ref MsgPackCursor cursor, out string name) =>
        cursor.TryReadText(out name) && name.Length is > 0 and <= MaxName && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
}
