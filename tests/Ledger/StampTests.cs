using Anode.Ledger;
using Xunit;

namespace Anode.Tests.Ledger;

public sealed class StampTests
{
    private static readonly Stamp Some = new(7, 2, 1_000_000_007, 1_700_000_000_000_000);

    [Fact]
    public void Golden_bytes()
    {
        var payload = new byte[40];
        payload.AsSpan(Stamp.Bytes).Fill((byte)'x');
        Some.Write(payload);
        Assert.Equal("616E6F64654C44470700000002000000" + "07CA9A3B00000000" + "00401E18240A0600", Convert.ToHexString(payload.AsSpan(0, 32)));
        Assert.Equal("78787878", Convert.ToHexString(payload.AsSpan(36)));
        Assert.True(Stamp.TryRead(payload, out var read));
        Assert.Equal(Some, read);
    }

    [Fact]
    public void Every_bit_that_is_turned_is_noticed()
    {
        var payload = new byte[64];
        Some.Write(payload);
        Assert.True(Stamp.IsWhole(payload));
        for (var bit = 0; bit < payload.Length * 8; bit++)
        {
            payload[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(Stamp.IsWhole(payload), $"bit {bit}");
            payload[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void Stamps_are_found_among_other_bytes_and_a_torn_one_is_none()
    {
        var one = new byte[Stamp.Bytes];
        Some.Write(one);
        byte[] bytes = [1, 2, .. one, 3, .. Stamp.Magic, .. one, 4, .. one[..35]];
        ReadOnlySpan<byte> rest = bytes;
        var found = 0;
        while (Stamp.TryFind(ref rest, out var stamp))
        {
            found++;
            if (found != 2)
                Assert.Equal(Some, stamp);
        }

        // The second begins with a magic of its own: what follows it is read as a stamp, as anybody would.
        Assert.Equal(2, found);
    }
}
