using System.Net;
using System.Net.Sockets;

namespace Anode.Sockets;

/// <summary>The same by the runtime's calls, one datagram each; anywhere.</summary>
internal sealed class SingleCalls : DatagramCalls
{
    private readonly SocketAddress _from = new(AddressFamily.Unix);
    private byte[] _buffer = [];
    private ArraySegment<byte> _bytes;
    private SocketAddress? _to;
    private int _length;
    private bool _truncated;

    public override int Capacity => 1;

    public override int Receive(Socket socket, int max, int maxBytes)
    {
        // One byte more than is wanted shows whether there was more: not every system says so.
        if (_buffer.Length < maxBytes + 1)
            _buffer = new byte[maxBytes + 1];
        try
        {
            if (!socket.Poll(0, SelectMode.SelectRead))
                return -SocketErrors.EAGAIN;
            _from.Size = _from.Buffer.Length;
            var count = socket.ReceiveFrom(_buffer.AsSpan(0, maxBytes + 1), SocketFlags.None, _from);
            (_length, _truncated) = (Math.Min(count, maxBytes), count > maxBytes);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.MessageSize)
        {
            (_length, _truncated) = (maxBytes, true);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return -SocketErrors.ErrnoOf(e);
        }

        return 1;
    }

    public override (int Length, bool Truncated) Received(int index) => (_length, _truncated);

    public override ReadOnlySpan<byte> From(int index) => _from.Buffer.Span[.._from.Size];

    public override void CopyTo(int index, Span<byte> destination) => _buffer.AsSpan(0, _length).CopyTo(destination);

    public override void Add(ArraySegment<byte> bytes, SocketAddress to) => (_bytes, _to) = (bytes, to);

    public override int Send(Socket socket)
    {
        try
        {
            socket.SendTo(_bytes, SocketFlags.None, _to!);
            return 1;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return -SocketErrors.ErrnoOf(e);
        }
    }
}
