using System.Buffers;
using System.Security.Cryptography;
using Anode.Messages;
using MessagePack;

namespace Anode.Discovery;

/// <summary>
/// What a node says of itself to its neighbours: one datagram, a MessagePack array <c>[40, version, node, incarnation, number, at, link]</c> and
/// behind it 32 bytes of HMAC-SHA256 over the array. Without the key nothing of it is even looked at.
/// </summary>
/// <param name="Node">Its name.</param>
/// <param name="Incarnation">Grows with each start of the node.</param>
/// <param name="Number">Grows with each beacon of the incarnation.</param>
/// <param name="At">Milliseconds since 1970 by the sender's clock.</param>
/// <param name="Link">Where it takes links; null: it takes none.</param>
internal sealed record Beacon(string Node, long Incarnation, long Number, long At, NetAddress? Link)
{
    /// <summary>Far less than what passes any network in one piece.</summary>
    public const int MaxBytes = 512;

    /// <summary>Of those reserved for what nodes say to each other.</summary>
    private const int Kind = 40;

    private const int Version = 1, Items = 7, MaxNameBytes = 64, SealBytes = HMACSHA256.HashSizeInBytes;

    private static readonly MessagePackSecurity Untrusted = MessagePackSecurity.UntrustedData;

    public byte[] Write(ReadOnlySpan<byte> key)
    {
        var buffer = new ArrayBufferWriter<byte>(MaxBytes);
        var writer = new MessagePackWriter(buffer);
        writer.WriteArrayHeader(Items);
        writer.Write(Kind);
        writer.Write(Version);
        writer.Write(Node);
        writer.Write(Incarnation);
        writer.Write(Number);
        writer.Write(At);
        writer.Write(Link?.ToString());
        writer.Flush();
        HMACSHA256.HashData(key, buffer.WrittenSpan, buffer.GetSpan(SealBytes));
        buffer.Advance(SealBytes);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Any bytes → a beacon, or what is the matter.</summary>
    public static BeaconFlaw Read(ReadOnlySpan<byte> datagram, ReadOnlySpan<byte> key, out Beacon beacon)
    {
        beacon = null!;
        if (datagram.Length is <= SealBytes or > MaxBytes)
            return BeaconFlaw.Form;
        var body = datagram[..^SealBytes];
        Span<byte> right = stackalloc byte[SealBytes];
        HMACSHA256.HashData(key, body, right);
        if (!CryptographicOperations.FixedTimeEquals(right, datagram[^SealBytes..]))
            return BeaconFlaw.Seal;
        try
        {
            var reader = new MessagePackReader(body.ToArray());
            Untrusted.DepthStep(ref reader);
            // Of a newer version there may be more items, which are not for us.
            if (reader.ReadArrayHeader() < Items || reader.ReadInt32() != Kind || reader.ReadInt32() < Version)
                return BeaconFlaw.Form;
            var read = new Beacon(reader.ReadString() ?? "", reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), null);
            var link = reader.TryReadNil() ? null : reader.ReadString();
            NetAddress? address = null;
            if (read.Node.Length is 0 or > MaxNameBytes || (link is not null && !(NetAddress.TryParse(link, out address, out _) && address.Scheme is Scheme.Tcp or Scheme.Tls && address.Port != 0)))
                return BeaconFlaw.Form;
            beacon = read with { Link = address };
            return BeaconFlaw.None;
        }
        catch (Exception e) when (e is MessagePackSerializationException or EndOfStreamException or OverflowException)
        {
            return BeaconFlaw.Form; // sealed by one who has the key, and yet not ours
        }
    }
}

/// <summary>Why a datagram is no beacon.</summary>
internal enum BeaconFlaw
{
    None = 0,

    /// <summary>Too short, too long, or nothing that we can read.</summary>
    Form,

    /// <summary>Not made with our key.</summary>
    Seal,

    /// <summary>Too old, from the future, or heard before.</summary>
    Stale,

    /// <summary>More nodes than are kept in mind.</summary>
    Crowd,
}
