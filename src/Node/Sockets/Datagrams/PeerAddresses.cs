using System.Net;
using System.Net.Sockets;

namespace Anode.Sockets;

/// <summary>
/// Between addresses as the kernel writes them and the runtime's endpoints, remembering both ways: the same peer is the same object, so that a known one costs
/// a look-up and no memory.
/// </summary>
internal sealed class PeerAddresses(AddressFamily family)
{
    // Addresses can be forged; forgetting costs those who are real one allocation each.
    private const int Remembered = 4096;

    // A Unix peer that never bound has no name.
    private static readonly EndPoint Unnamed = new UnixDomainSocketEndPoint("\0anode-unnamed-peer");

    private readonly Dictionary<byte[], EndPoint> _byBytes = new(BytesComparer.Instance);
    private readonly Dictionary<EndPoint, SocketAddress> _byEndPoint = new(ReferenceEqualityComparer.Instance);
    private readonly EndPoint _any = family switch
    {
        AddressFamily.Unix => Unnamed,
        AddressFamily.InterNetworkV6 => new IPEndPoint(IPAddress.IPv6Any, 0),
        _ => new IPEndPoint(IPAddress.Any, 0),
    };

    private byte[] _lastBytes = [];
    private EndPoint _last = Unnamed;

    public static bool IsUnnamed(EndPoint endPoint) => ReferenceEquals(endPoint, Unnamed);

    public EndPoint Of(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length <= sizeof(ushort))
            return Unnamed;
        if (bytes.SequenceEqual(_lastBytes))
            return _last;
        var known = _byBytes.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (!known.TryGetValue(bytes, out var key, out var endPoint))
        {
            if (_byBytes.Count >= Remembered)
                _byBytes.Clear();
            key = bytes.ToArray();
            endPoint = _any.Create(ToSocketAddress(bytes));
            _byBytes.Add(key, endPoint);
        }

        (_lastBytes, _last) = (key, endPoint);
        return endPoint;
    }

    public SocketAddress Of(EndPoint endPoint)
    {
        if (_byEndPoint.TryGetValue(endPoint, out var address))
            return address;
        if (_byEndPoint.Count >= Remembered)
            _byEndPoint.Clear();
        // A dual-stack socket speaks IPv6 with everybody.
        address = family == AddressFamily.InterNetworkV6 && endPoint is IPEndPoint { AddressFamily: AddressFamily.InterNetwork } v4
            ? new IPEndPoint(v4.Address.MapToIPv6(), v4.Port).Serialize()
            : endPoint.Serialize();
        _byEndPoint.Add(endPoint, address);
        return address;
    }

    private SocketAddress ToSocketAddress(ReadOnlySpan<byte> bytes)
    {
        var address = new SocketAddress(family, bytes.Length);
        bytes.CopyTo(address.Buffer.Span);
        return address;
    }

    private sealed class BytesComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public static readonly BytesComparer Instance = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] bytes) => GetHashCode(bytes.AsSpan());

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = default(HashCode);
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
