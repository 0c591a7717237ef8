using Anode.Sockets;

namespace Anode.Faults;

/// <summary>
/// Follows a stream from frame to frame. While no fault wants frames, bytes pass as they come and it only remembers the frame that has begun, so that it knows
/// where the next one begins when a fault does.
/// </summary>
internal sealed class FrameBuffer(IFrameCutter cutter)
{
    private byte[] _open = [];
    private int _fill;
    private int _passed; // of the frame that has begun: these are gone
    private int _ready; // while bytes pass as they come: so many new ones are to go
    private bool _cutting;

    /// <summary>There is no telling where frames end any more: the bytes are not of the protocol.</summary>
    public bool IsLost { get; private set; }

    /// <summary>All that came has been taken, but for the beginning of a frame.</summary>
    public bool IsEmpty => _cutting ? IsLost || cutter.LengthOf(_open.AsSpan(0, _fill), out _) == 0 : _ready == 0;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        if (_fill + bytes.Length > _open.Length)
            Array.Resize(ref _open, Math.Max(2 * _open.Length, _fill + bytes.Length));
        bytes.CopyTo(_open.AsSpan(_fill));
        _fill += bytes.Length;
        _ready += bytes.Length;
    }

    /// <summary>The next piece that may go on.</summary>
    public bool TryTake(out byte[] piece, out bool isFrame)
    {
        (piece, isFrame) = ([], false);
        if (!_cutting)
        {
            if (_ready == 0)
                return false;
            piece = _open[(_fill - _ready).._fill];
            _ready = 0;
            Track();
            return true;
        }

        _ready = 0;
        var length = cutter.LengthOf(_open.AsSpan(0, _fill), out var isMessage);
        if (length == 0)
            return false;
        if (length < 0)
        {
            IsLost = true;
            length = _fill;
        }

        (piece, isFrame) = (_open[_passed..length], isMessage && _passed == 0 && !IsLost);
        Remove(length);
        _passed = 0;
        return piece.Length > 0;
    }

    /// <summary>From here on whole frames only, or bytes as they come. Returns what was kept back of a frame and is to go now.</summary>
    public byte[] Switch(bool cutting)
    {
        if (cutting == _cutting)
            return [];
        _cutting = cutting;
        if (cutting)
        {
            _passed = _fill;
            return [];
        }

        var rest = _open[_passed.._fill];
        _passed = 0;
        Track();
        return rest;
    }

    private void Track()
    {
        int length;
        while ((length = cutter.LengthOf(_open.AsSpan(0, _fill), out _)) > 0)
            Remove(length);
        IsLost |= length < 0;
    }

    private void Remove(int length)
    {
        _open.AsSpan(length, _fill - length).CopyTo(_open);
        _fill -= length;
        if (_open.Length > 64 * 1024 && _fill < 4096)
            _open = _open[.._fill];
    }
}
