using System.Security.Cryptography;
using System.Text;
using Anode.Discovery;
using Anode.Messages;
using CsCheck;
using Xunit;

namespace Anode.Tests.Discovery;

/// <summary>A beacon as bytes, and any bytes as a beacon.</summary>
public sealed class BeaconTests
{
    private static readonly byte[] Key = Encoding.UTF8.GetBytes("a key of sixteen");
    private static readonly Beacon Sample = new("a", 2, 3, 4, NetAddress.HostPort(Scheme.Tcp, "10.0.0.1", 7401));

    [Fact]
    public void Beacon_has_these_bytes_and_comes_back()
    {
        var bytes = Sample.Write(Key);

        Assert.Equal("972801A161020304B3" + Convert.ToHexString("tcp://10.0.0.1:7401"u8), Convert.ToHexString(bytes[..^32]));
        Assert.Equal(Convert.ToHexString(HMACSHA256.HashData(Key, bytes.AsSpan()[..^32])), Convert.ToHexString(bytes[^32..]));
        Assert.Equal(BeaconFlaw.None, Beacon.Read(bytes, Key, out var again));
        Assert.Equal(Sample, again);
    }

    [Fact]
    public void Beacon_of_a_node_without_a_door_comes_back()
    {
        Assert.Equal(BeaconFlaw.None, Beacon.Read((Sample with { Link = null }).Write(Key), Key, out var again));
        Assert.Null(again.Link);
    }

    [Fact]
    public void Any_changed_bit_breaks_the_seal()
    {
        var bytes = Sample.Write(Key);
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            var changed = bytes.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Equal(BeaconFlaw.Seal, Beacon.Read(changed, Key, out _));
        }
    }

    [Fact]
    public void Another_key_is_another_seal() => Assert.Equal(BeaconFlaw.Seal, Beacon.Read(Sample.Write("another key than"u8), Key, out _));

    [Fact]
    public void Any_bytes_are_refused_and_nothing_worse() => Gen.Byte.Array[0, 600].Sample(bytes =>
        Beacon.Read(bytes, Key, out _) == (bytes.Length is <= 32 or > Beacon.MaxBytes ? BeaconFlaw.Form : BeaconFlaw.Seal));

    [Fact]
    public void Any_sealed_bytes_are_a_beacon_or_refused_and_nothing_worse() => Gen.Byte.Array[1, 400].Sample(body =>
        Beacon.Read([.. body, .. HMACSHA256.HashData(Key, body)], Key, out _) is BeaconFlaw.Form or BeaconFlaw.None);

    [Theory]
    [InlineData("udp://10.0.0.1:7401")]
    [InlineData("unix:///run/link.sock")]
    [InlineData("tcp://10.0.0.1:0")]
    public void Link_that_cannot_be_dialled_is_refused(string link) =>
        Assert.Equal(BeaconFlaw.Form, Beacon.Read((Sample with { Link = NetAddress.Parse(link) }).Write(Key), Key, out _));
}
