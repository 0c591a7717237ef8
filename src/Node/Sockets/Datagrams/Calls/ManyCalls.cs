using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Anode.Sockets;

/// <summary><c>recvmmsg</c> and <c>sendmmsg</c>: one call for up to 64 datagrams; Linux.</summary>
/// <remarks>
/// Nobody knows how long a datagram will be, and room for the longest one, 64 times, would be a slab of 4 MiB for what is mostly 64 × 100 bytes. So each
/// has a short place that most fit in, and a long one behind it that is only touched, and so only becomes memory, when it is needed. What came is then
/// copied, tightly packed, to where it will live: 64 bytes cost less to copy than a cache line to miss.
/// </remarks>
internal sealed unsafe class ManyCalls : DatagramCalls
{
    private const int Count = 64;
    private const int NameBytes = 128;

    // An Ethernet frame fits. The odd stride keeps the 64 places from falling into the same few sets of the cache.
    private const int HeadBytes = 2048, HeadStride = HeadBytes + 64;

    private readonly Libc.ManyHeader* _headers = Allocate<Libc.ManyHeader>(Count);
    private readonly Libc.Vector* _vectors = Allocate<Libc.Vector>(2 * Count);
    private readonly byte* _names = Allocate<byte>(NameBytes * Count);
    private readonly byte* _heads = Allocate<byte>(HeadStride * Count);
    private readonly GCHandle[] _pins = new GCHandle[Count];
    private byte* _tails;
    private int _tailBytes;
    private int _added;

    ~ManyCalls()
    {
        NativeMemory.Free(_headers);
        NativeMemory.Free(_vectors);
        NativeMemory.Free(_names);
        NativeMemory.Free(_heads);
        NativeMemory.Free(_tails);
    }

    public override int Capacity => Count;

    public override int Receive(Socket socket, int max, int maxBytes)
    {
        var count = Math.Min(max, Count);
        var head = Math.Min(maxBytes, HeadBytes);
        EnsureTails(maxBytes - head);
        for (var i = 0; i < count; i++)
        {
            _vectors[2 * i] = new Libc.Vector { Base = Head(i), Length = (nuint)head };
            _vectors[(2 * i) + 1] = new Libc.Vector { Base = Tail(i), Length = (nuint)(maxBytes - head) };
            _headers[i].Message = new Libc.Header
            {
                Name = Name(i),
                NameLength = NameBytes,
                Vectors = _vectors + (2 * i),
                VectorCount = maxBytes > head ? 2u : 1u,
            };
        }

        var received = Libc.ReceiveMany(Descriptor(socket), _headers, (uint)count, Libc.MSG_DONTWAIT, null);
        return received >= 0 ? received : -Marshal.GetLastPInvokeError();
    }

    public override (int Length, bool Truncated) Received(int index) =>
        ((int)_headers[index].Length, (_headers[index].Message.Flags & Libc.MSG_TRUNC) != 0);

    public override ReadOnlySpan<byte> From(int index) => new(Name(index), (int)Math.Min(_headers[index].Message.NameLength, NameBytes));

    public override void CopyTo(int index, Span<byte> destination)
    {
        var length = (int)_headers[index].Length;
        var head = Math.Min(length, HeadBytes);
        new ReadOnlySpan<byte>(Head(index), head).CopyTo(destination);
        if (length > head)
            new ReadOnlySpan<byte>(Tail(index), length - head).CopyTo(destination[head..]);
    }

    public override void Add(ArraySegment<byte> bytes, SocketAddress to)
    {
        var index = _added++;
        byte* data;
        if (bytes.Count <= HeadBytes)
        {
            data = Head(index);
            bytes.AsSpan().CopyTo(new Span<byte>(data, HeadBytes));
        }
        else
        {
            _pins[index] = GCHandle.Alloc(bytes.Array, GCHandleType.Pinned);
            data = (byte*)_pins[index].AddrOfPinnedObject() + bytes.Offset;
        }

        to.Buffer.Span[..to.Size].CopyTo(new Span<byte>(Name(index), NameBytes));
        _vectors[index] = new Libc.Vector { Base = data, Length = (nuint)bytes.Count };
        _headers[index].Message = new Libc.Header { Name = Name(index), NameLength = (uint)to.Size, Vectors = _vectors + index, VectorCount = 1 };
    }

    public override int Send(Socket socket)
    {
        var count = _added;
        var sent = Libc.SendMany(Descriptor(socket), _headers, (uint)count, Libc.MSG_DONTWAIT);
        var errno = sent >= 0 ? 0 : Marshal.GetLastPInvokeError();
        for (; _added > 0; _added--)
        {
            if (_pins[_added - 1].IsAllocated)
                _pins[_added - 1].Free();
        }

        return sent >= 0 ? sent : -errno;
    }

    private byte* Name(int index) => _names + (index * NameBytes);

    private byte* Head(int index) => _heads + (index * HeadStride);

    private byte* Tail(int index) => _tails + ((long)index * _tailBytes);

    private void EnsureTails(int bytes)
    {
        if (bytes <= _tailBytes)
            return;
        NativeMemory.Free(_tails);
        _tails = (byte*)NativeMemory.Alloc(Count, (nuint)bytes);
        _tailBytes = bytes;
    }

    private static T* Allocate<T>(int count)
        where T : unmanaged => (T*)NativeMemory.AllocZeroed((nuint)count, (nuint)sizeof(T));

    private static int Descriptor(Socket socket) => (int)socket.SafeHandle.DangerousGetHandle();
}
