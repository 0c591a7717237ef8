using Anode.Protocols.Native.Wire;

namespace Anode.Cli.Client;

/// <summary>Cuts a stream into frames.</summary>
internal sealed class FrameReader(Stream stream, int maxFrameBytes)
{
    private byte[] _window = new byte[64 * 1024];
    private int _start;
    private int _end;

    /// <summary>The next body, valid until the next call; null when the stream ended.</summary>
    /// <exception cref="IOException">The stream broke, ended within a frame, or is not made of frames.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellation)
    {
        for (; ; )
        {
            switch (Framing.TryRead(_window.AsSpan(_start.._end), maxFrameBytes, out var offset, out var length, out var total))
            {
                case FrameResult.Complete:
                    var body = _window.AsMemory(_start + offset, length);
                    _start += total;
                    return body;
                case FrameResult.Incomplete:
                    MakeRoom(total);
                    break;
                default:
                    throw new IOException("what came is not the native protocol");
            }

            var read = await stream.ReadAsync(_window.AsMemory(_end), cancellation);
            if (read == 0)
                return _start == _end ? null : throw new IOException("the connection ended within a frame");
            _end += read;
        }
    }

    /// <summary>Doubles rather than believe a length: memory follows the bytes that really come.</summary>
    private void MakeRoom(int total)
    {
        if (_start > 0)
        {
            _window.AsSpan(_start.._end).CopyTo(_window);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _window.Length)
            Array.Resize(ref _window, (int)Math.Min(2L * _window.Length, Math.Max(total, _window.Length + 1)));
    }
}
