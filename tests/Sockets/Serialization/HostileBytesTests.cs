using System.Runtime.Serialization;
using Anode.Messages;
using Anode.Sockets.Serialization;
using CsCheck;
using Xunit;

namespace Anode.Tests.Sockets.Serialization;

public sealed class HostileBytesTests
{
    private static readonly string[] Manifests = [.. MessageTable.Rows.Select(row => row.Manifest)];

    [Fact]
    public void Message_cut_at_any_byte_is_refused()
    {
        foreach (var (_, manifest, hex) in Golden.Table)
        {
            var whole = Convert.FromHexString(hex);
            for (var length = 0; length < whole.Length; length++)
                Hostile.Refusal(manifest, whole[..length]);
        }
    }

    [Fact]
    public void Random_bytes_are_read_or_refused() =>
        Gen.Select(Gen.OneOfConst(Manifests), Gen.Byte.Array[0, 200])
            .Sample((manifest, bytes) => Hostile.AssertReadOrRefused(manifest, bytes), iter: 50_000);

    /// <summary>Random bytes rarely get past the first; a sample with a few bytes changed gets everywhere.</summary>
    [Fact]
    public void Damaged_messages_are_read_or_refused() =>
        Gen.Select(Gen.OneOfConst(Golden.Table.ToArray()), Gen.Select(Gen.Int[0, 10_000], Gen.Byte).Array[1, 4])
            .Sample((sample, changes) =>
            {
                var bytes = Convert.FromHexString(sample.Hex);
                foreach (var (at, value) in changes)
                    bytes[at % bytes.Length] = value;
                Hostile.AssertReadOrRefused(sample.Manifest, bytes);
            }, iter: 50_000);

    [Fact]
    public void Message_read_under_another_manifest_is_read_or_refused() =>
        Gen.Select(Gen.OneOfConst(Manifests), Gen.OneOfConst(Golden.Table.ToArray()))
            .Sample((manifest, sample) => Hostile.AssertReadOrRefused(manifest, Convert.FromHexString(sample.Hex)), iter: 5_000);

    [Fact]
    public void Bytes_behind_the_message_are_refused() =>
        Assert.Contains("ends after 1 bytes", Hostile.Refusal("close", [0x90, 0x90]).Message);

    [Theory]
    [InlineData("")]
    [InlineData("Open")]
    [InlineData("System.Diagnostics.Process, System")]
    [InlineData(null)]
    public void Unknown_manifest_is_refused_by_name(string? manifest) =>
        Assert.Equal($"'{manifest}' is not the manifest of any message this node knows", Hostile.Refusal(manifest!, [0x90]).Message);

    [Theory]
    [InlineData("send", "91c6ffffffff00", "bin 32")]
    [InlineData("send", "91c67fffffff00", "bin 32, largest positive")]
    [InlineData("send", "91c5ffff00", "bin 16")]
    [InlineData("host-name", "91dbffffffff00", "str 32")]
    [InlineData("host-name", "91db7fffffff00", "str 32, largest positive")]
    [InlineData("bind", "91ddffffffff00", "array 32")]
    [InlineData("close", "ddffffffff", "array 32 at the top")]
    [InlineData("close", "dd7fffffff", "array 32 at the top, largest positive")]
    [InlineData("close", "91ddffffffff", "skipped array 32")]
    [InlineData("close", "91dfffffffff", "skipped map 32")]
    [InlineData("close", "91df7fffffffc0c0", "skipped map 32, largest positive")]
    [InlineData("close", "91c6ffffffff", "skipped bin 32")]
    [InlineData("close", "91dbffffffff", "skipped str 32")]
    [InlineData("close", "91c9ffffffff01", "skipped ext 32")]
    public void Lying_length_is_refused_without_allocating_it(string manifest, string hex, string what)
    {
        var bytes = Convert.FromHexString(hex);
        Hostile.Refusal(manifest, bytes);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Hostile.Refusal(manifest, bytes);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.True(allocated < 256 * 1024, $"{what}: {allocated} bytes allocated");
    }

    [Fact]
    public void Trailing_item_nested_within_the_bound_is_skipped() =>
        Assert.IsType<Sock.Close>(Wire.Read("close", Nested(WireReader.MaxDepth)));

    [Theory]
    [InlineData(WireReader.MaxDepth + 1)]
    [InlineData(1_000_000)]
    public void Trailing_item_nested_deeper_is_refused(int depth) =>
        Assert.Contains("depth", Hostile.Refusal("close", Nested(depth)).Message);

    [Theory]
    [InlineData("failed")]
    [InlineData("closed")]
    [InlineData("ep-stop")]
    [InlineData("nonsense")]
    public void Failed_command_that_is_no_command_is_refused(string manifest)
    {
        byte[] bytes = [0x94, 0x92, (byte)(0xa0 + manifest.Length), .. System.Text.Encoding.ASCII.GetBytes(manifest), 0x90, 1, 0xa0, 0xa0];

        Assert.Contains($"'{manifest}' is not the manifest of a command", Hostile.Refusal("failed", bytes).Message);
    }

    [Theory]
    [InlineData("bind", "919305a16101", "5 is not the scheme of an address")]
    [InlineData("bind", "9193ffa16101", "-1 is not the scheme of an address")]
    [InlineData("bind", "919300a161ce00010000", "65536 is not a port")]
    [InlineData("bind", "919300a161ff", "-1 is not a port")]
    [InlineData("host-name", "91a2c328", "")]
    [InlineData("accept", "91cb3ff0000000000000", "")]
    [InlineData("accept", "91cf7fffffffffffffff", "")]
    [InlineData("accept", "91a133", "")]
    [InlineData("listen", "920001", "")]
    [InlineData("listen", "c0", "")]
    [InlineData("listen", "80", "")]
    public void Value_that_cannot_be_is_refused(string manifest, string hex, string because) =>
        Assert.Contains(because, Hostile.Refusal(manifest, Convert.FromHexString(hex)).Message);

    [Fact]
    public void Message_without_a_row_is_refused_before_it_is_sent()
    {
        Assert.Contains("no row", Assert.Throws<SerializationException>(() => Wire.Write(new Stray())).Message);
        Assert.Throws<SerializationException>(() => Wire.Manifest(new Stray()));
        Assert.Throws<SerializationException>(() => Wire.Write(new Sock.CommandFailed(new Stray(), 1, "EPERM", "")));
    }

    /// <summary>A close whose one trailing item makes the whole nest as deep as asked.</summary>
    private static byte[] Nested(int depth) => [.. Enumerable.Repeat((byte)0x91, depth - 1), 0x90];

    private sealed record Stray : Sock.ICommand;
}
