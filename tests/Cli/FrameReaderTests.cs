using Anode.Cli.Client;
using CsCheck;
using Xunit;

namespace Anode.Tests.Cli;

public sealed class FrameReaderTests
{
    [Fact]
    public async Task Frames_cut_anywhere_are_read_as_they_were_written()
    {
        await Gen.Select(Gen.Byte.Array[1, 300].Array[0, 20], Gen.Int[1, 50]).SampleAsync(async (bodies, chunk) =>
        {
            using var stream = new ChunkedStream([.. bodies.SelectMany(Framed)], chunk);
            var reader = new FrameReader(stream, maxFrameBytes: 300);
            foreach (var body in bodies)
                Assert.Equal(body, (await reader.ReadAsync(CancellationToken.None))!.Value.ToArray());
            Assert.Null(await reader.ReadAsync(CancellationToken.None));
        });
    }

    [Fact]
    public async Task Length_beyond_the_limit_is_refused_before_the_body_comes()
    {
        var reader = new FrameReader(new ChunkedStream([0x7f, 0, 0, 0], 4), maxFrameBytes: 1024);

        await Assert.ThrowsAsync<IOException>(async () => await reader.ReadAsync(CancellationToken.None));
    }

    private static byte[] Framed(byte[] body) => [0, 0, (byte)(body.Length >> 8), (byte)body.Length, .. body];

    private sealed class ChunkedStream(byte[] bytes, int chunk) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(chunk, buffer.Length)], cancellationToken);
    }
}
