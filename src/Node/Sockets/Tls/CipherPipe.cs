using System.Buffers.Binary;
using System.Threading.Tasks.Sources;

namespace Anode.Sockets;

/// <summary>
/// The wire below an <see cref="System.Net.Security.SslStream"/>: not a socket but two pieces of memory, encrypted bytes that came and
/// encrypted bytes that are to go. So all that the stream does, it does on the turn of the actor that owns the socket, and within one call.
/// </summary>
/// <remarks>
/// <para>Writing never waits: who owns this bounds what it gives to be encrypted. Reading waits when there is nothing, and goes on inside
/// <see cref="Feed"/>: the stream's continuation asks for no context, so it runs there and then.</para>
/// <para>Bytes are handed out in whole records, so that behind a record the stream never sits on a part of the next: then no bytes here
/// means nothing to decrypt there, and an idle connection holds no memory at either place. What cannot be a record is handed out as it is, for
/// the stream to refuse.</para>
/// </remarks>
internal sealed class CipherPipe(SlabPool pool) : Stream, IValueTaskSource<int>
{
    private const int HeaderBytes = 5;
    private const int LongestRecord = 16 * 1024 + 2048;
    private const int FirstType = 20, LastType = 24, Major = 3;
    private const int MostRead = 64 * 1024;
    private const int WorthwhileSpace = 512;

    private ManualResetValueTaskSourceCore<int> _read;
    private Memory<byte> _asked;
    private bool _reading;
    private Slab? _in;
    private int _inStart;
    private int _inEnd;
    private int _whole;
    private int _needed;
    private int _nextBytes = SlabPool.MinBytes;
    private Slab? _out;
    private int _outStart;
    private int _outEnd;

    /// <summary>The stream waits for bytes.</summary>
    public bool IsReading => _reading;

    /// <summary>Set whenever the stream asks for bytes; for who wants to know whether it had to.</summary>
    public bool WasAsked { get; set; }

    /// <summary>What came is not TLS, or no version of it that is known.</summary>
    public bool IsForeign { get; private set; }

    /// <summary>The wire has ended.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>The stream has been told so, which it is not if it had been told before, by the peer, that nothing more would come.</summary>
    public bool SaidEnd { get; private set; }

    /// <summary>There is something that the stream can be given.</summary>
    public bool HasInput => _whole > 0 || IsEnded;

    /// <summary>What is to go to the socket.</summary>
    public ReadOnlySpan<byte> Output => _out is null ? default : _out.Buffer.AsSpan(_outStart, _outEnd - _outStart);

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Room for what the socket has; empty when the node is out of buffers.</summary>
    public Span<byte> Room()
    {
        var rest = _inEnd - _inStart;
        if (_in is null || _in.Length - _inEnd < Math.Max(_needed - rest, WorthwhileSpace))
        {
            var next = pool.TryRent(Math.Max(Math.Max(_nextBytes, _needed), rest + WorthwhileSpace), null);
            if (next is null)
                return default;
            if (rest > 0)
                _in!.Buffer.AsSpan(_inStart, rest).CopyTo(next.Buffer);
            _in?.Release();
            (_in, _inStart, _inEnd) = (next, 0, rest);
        }

        return _in.Buffer.AsSpan(_inEnd);
    }

    /// <summary>So many bytes came into the <see cref="Room"/>.</summary>
    public void Came(int bytes)
    {
        _nextBytes = bytes == _in!.Length - _inEnd ? Math.Min(_nextBytes * 4, MostRead) : bytes < _nextBytes / 16 ? SlabPool.MinBytes : _nextBytes;
        _inEnd += bytes;
        FindRecords();
    }

    /// <summary>No more bytes will come.</summary>
    public void End()
    {
        IsEnded = true;
        // A torn record is the stream's to complain of.
        _whole = _inEnd - _inStart;
    }

    /// <summary>Nothing came, or all that came was taken: memory goes back.</summary>
    public void Rest()
    {
        if (_in is null || _inStart != _inEnd)
            return;
        _in.Release();
        (_in, _inStart, _inEnd, _needed) = (null, 0, 0, 0);
    }

    /// <summary>Gives a waiting stream what there is; it runs on from here, on this very turn.</summary>
    public void Feed()
    {
        if (!_reading || !HasInput)
            return;
        _reading = false;
        var asked = _asked;
        _asked = default;
        _read.SetResult(Take(asked.Span));
    }

    /// <summary>Room for at least so many encrypted bytes before the next <see cref="Write(ReadOnlySpan{byte})"/>.</summary>
    /// <returns>False: the node is out of buffers, and there is a little room of our own.</returns>
    public bool Reserve(int bytes)
    {
        if (_out is not null && _out.Length - _outEnd >= bytes)
            return true;
        var rest = Output;
        var next = pool.TryRent(rest.Length + bytes, null);
        var pooled = next is not null;
        next ??= Slab.Foreign(new byte[Math.Max(rest.Length + SlabPool.MinBytes, 2 * SlabPool.MinBytes)]);
        rest.CopyTo(next.Buffer);
        _out?.Release();
        (_out, _outStart, _outEnd) = (next, 0, rest.Length);
        return pooled;
    }

    /// <summary>So many bytes of <see cref="Output"/> are with the kernel.</summary>
    public void Went(int bytes)
    {
        _outStart += bytes;
        if (_outStart < _outEnd)
            return;
        _out?.Release();
        (_out, _outStart, _outEnd) = (null, 0, 0);
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        WasAsked = true;
        if (HasInput)
            return new ValueTask<int>(Take(buffer.Span));
        _read.Reset();
        (_asked, _reading) = (buffer, true);
        return new ValueTask<int>(this, _read.Version);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return default;
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (_out is null || _out.Length - _outEnd < buffer.Length)
            Grow(buffer.Length);
        buffer.CopyTo(_out!.Buffer.AsSpan(_outEnd));
        _outEnd += buffer.Length;
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("a read that waits would wait for itself");

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    int IValueTaskSource<int>.GetResult(short token) => _read.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _read.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _read.OnCompleted(continuation, state, token, flags);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _in?.Release();
            _out?.Release();
            (_in, _out, _whole, _inStart, _inEnd, _outStart, _outEnd) = (null, null, 0, 0, 0, 0, 0);
        }

        base.Dispose(disposing);
    }

    private int Take(Span<byte> room)
    {
        if (room.IsEmpty)
            return 0; // the question was only whether there is something
        var count = Math.Min(room.Length, _whole);
        if (count == 0)
        {
            SaidEnd = true;
            return 0;
        }

        _in!.Buffer.AsSpan(_inStart, count).CopyTo(room);
        _inStart += count;
        _whole -= count;
        _needed = Math.Max(0, _needed - count);
        return count;
    }

    private void FindRecords()
    {
        while (!IsForeign)
        {
            var next = _in!.Buffer.AsSpan(_inStart + _whole, _inEnd - _inStart - _whole);
            if (next.IsEmpty)
            {
                _needed = 0;
                return;
            }

            if (!MayBeginRecord(next))
            {
                IsForeign = true;
                break;
            }

            var length = next.Length < HeaderBytes ? HeaderBytes : HeaderBytes + BinaryPrimitives.ReadUInt16BigEndian(next[3..]);
            if (next.Length < HeaderBytes || next.Length < length)
            {
                _needed = _whole + length;
                return;
            }

            _whole += length;
        }

        (_whole, _needed) = (_inEnd - _inStart, 0);
    }

    private static bool MayBeginRecord(ReadOnlySpan<byte> next) =>
        next[0] is >= FirstType and <= LastType
        && (next.Length < 2 || next[1] == Major)
        && (next.Length < HeaderBytes || BinaryPrimitives.ReadUInt16BigEndian(next[3..]) <= LongestRecord);

    private void Grow(int bytes)
    {
        var rest = Output;
        var size = rest.Length + bytes;
        var next = pool.TryRent(size, null) ?? Slab.Foreign(new byte[size]);
        rest.CopyTo(next.Buffer);
        _out?.Release();
        (_out, _outStart, _outEnd) = (next, 0, rest.Length);
    }
}
