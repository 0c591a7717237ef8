using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Anode.Messages;

namespace Anode.Sockets.Client;

/// <summary>
/// A datagram socket connected to one address, with many datagrams in each system call (sendmmsg(2), recvmmsg(2)): a load generator must cost
/// less for each than the relay it measures. For one thread; Linux with 64-bit pointers only.
/// </summary>
public sealed unsafe partial class DatagramClient : IDisposable
{
    /// <summary>Datagrams in one call at most.</summary>
    public const int Batch = 64;

    /// <summary>The longest datagram it takes; what is longer arrives cut.</summary>
    public const int SlotBytes = 2048;

    private const int WaitForOne = 0x10000;

    private readonly Socket _socket;
    private readonly byte* _slots;
    private readonly Message* _messages;
    private readonly Vector* _vectors;

    private DatagramClient(Socket socket)
    {
        _socket = socket;
        _slots = (byte*)NativeMemory.AllocZeroed(Batch, SlotBytes);
        _messages = (Message*)NativeMemory.AllocZeroed(Batch, (nuint)sizeof(Message));
        _vectors = (Vector*)NativeMemory.AllocZeroed(Batch, (nuint)sizeof(Vector));
        for (var i = 0; i < Batch; i++)
        {
            _vectors[i] = new Vector { Base = _slots + i * SlotBytes, Length = SlotBytes };
            _messages[i] = new Message { Vectors = _vectors + i, VectorCount = 1, Transferred = 0 };
        }
    }

    public static bool IsSupported => OperatingSystem.IsLinux() && sizeof(nint) == 8;

    /// <summary>Nothing is sent yet, so nobody need be there.</summary>
    /// <param name="address"><c>udp://</c>.</param>
    /// <param name="receiveBufferBytes">Asked of the kernel, which has a limit.</param>
    /// <param name="receiveTimeout">How long <see cref="Receive"/> waits.</param>
    /// <exception cref="IOException">It did not work; the message is the reason alone.</exception>
    public static DatagramClient Connect(NetAddress address, int receiveBufferBytes, TimeSpan receiveTimeout)
    {
        Socket? socket = null;
        try
        {
            var endPoint = Addresses.ToEndPoint(address) ?? new IPEndPoint(Dns.GetHostAddresses(address.Host)[0], address.Port);
            socket = new Socket(endPoint.AddressFamily, SocketType.Dgram, ProtocolType.Udp)
            {
                ReceiveBufferSize = receiveBufferBytes,
                ReceiveTimeout = (int)receiveTimeout.TotalMilliseconds,
            };
            socket.Connect(endPoint);
            return new DatagramClient(socket);
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            throw new IOException(SocketErrors.TextOf(SocketErrors.ErrnoOf(e)));
        }
    }

    /// <summary>Room for a datagram to be sent, or the last one received there.</summary>
    public Span<byte> this[int slot] => new(_slots + slot * SlotBytes, SlotBytes);

    public int LengthOf(int slot) => (int)Math.Min(_messages[slot].Transferred, SlotBytes);

    /// <summary>Sends the first datagrams of all slots, each of <paramref name="length"/> bytes; returns how many the kernel took.</summary>
    /// <exception cref="IOException">Nobody is there; the message is the reason alone.</exception>
    public int Send(int count, int length)
    {
        for (var i = 0; i < count; i++)
            _vectors[i].Length = length;
        return Checked(SendMany(Handle, _messages, (uint)count, 0));
    }

    /// <summary>Sends one datagram that stands elsewhere.</summary>
    public void Send(ReadOnlySpan<byte> datagram)
    {
        datagram.CopyTo(this[0]);
        Send(1, datagram.Length);
    }

    /// <summary>Waits for one datagram and takes all that are there; 0 when the time is up.</summary>
    /// <exception cref="IOException">Nobody is there; the message is the reason alone.</exception>
    public int Receive()
    {
        for (var i = 0; i < Batch; i++)
            _vectors[i].Length = SlotBytes;
        return Checked(ReceiveMany(Handle, _messages, Batch, WaitForOne, 0));
    }

    public void Dispose()
    {
        _socket.Dispose();
        NativeMemory.Free(_slots);
        NativeMemory.Free(_messages);
        NativeMemory.Free(_vectors);
    }

    private int Handle => (int)_socket.Handle;

    private static int Checked(int result)
    {
        if (result >= 0)
            return result;
        var errno = Marshal.GetLastPInvokeError();
        return errno is SocketErrors.EAGAIN or SocketErrors.EINTR or SocketErrors.ENOBUFS ? 0 : throw new IOException(SocketErrors.TextOf(errno));
    }

    [LibraryImport("libc", EntryPoint = "sendmmsg", SetLastError = true)]
    private static partial int SendMany(int socket, Message* messages, uint count, int flags);

    [LibraryImport("libc", EntryPoint = "recvmmsg", SetLastError = true)]
    private static partial int ReceiveMany(int socket, Message* messages, uint count, int flags, nint timeout);

    /// <summary>struct iovec.</summary>
    private struct Vector
    {
        public byte* Base;
        public nint Length;
    }

    /// <summary>struct mmsghdr as 64-bit Linux has it: what is not named here stays zero.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 64)]
    private struct Message
    {
        [FieldOffset(16)]
        public Vector* Vectors;

        [FieldOffset(24)]
        public nint VectorCount;

        [FieldOffset(56)]
        public uint Transferred;
    }
}
