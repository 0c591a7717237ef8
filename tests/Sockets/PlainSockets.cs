using System.Net.Sockets;
using Anode.Messages;
using Anode.Sockets;

namespace Anode.Tests.Sockets;

/// <summary>The other end of a stream: a plain blocking socket, as any program has it.</summary>
internal sealed class PlainStream(Socket socket) : IDisposable
{
    private const int TimeoutMs = 10_000;

    public Socket Socket => socket;

    public static PlainStream Connect(NetAddress address)
    {
        var endPoint = Addresses.ToEndPoint(address)!;
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(endPoint);
            return new PlainStream(Bounded(socket));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public static PlainStream Accept(Socket listener) => new(Bounded(listener.Accept()));

    public void Send(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
            bytes = bytes[socket.Send(bytes)..];
    }

    public byte[] Receive(int count)
    {
        var bytes = new byte[count];
        for (var at = 0; at < count;)
        {
            var read = socket.Receive(bytes.AsSpan(at));
            if (read == 0)
                throw new EndOfStreamException($"the stream ended after {at} of {count} bytes");
            at += read;
        }

        return bytes;
    }

    /// <summary>Everything up to the peer's FIN.</summary>
    public byte[] ReceiveToEnd()
    {
        var all = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (socket.Receive(buffer) is var read and > 0)
            all.Write(buffer, 0, read);
        return all.ToArray();
    }

    /// <summary>The errno with which reading fails.</summary>
    public int ReceiveError()
    {
        try
        {
            ReceiveToEnd();
            return 0;
        }
        catch (SocketException e)
        {
            return e.NativeErrorCode;
        }
    }

    /// <summary>RST.</summary>
    public void Reset()
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
    }

    public void Dispose() => socket.Dispose();

    private static Socket Bounded(Socket socket)
    {
        socket.ReceiveTimeout = socket.SendTimeout = TimeoutMs;
        return socket;
    }
}

/// <summary>Plain sockets that are not streams of bytes.</summary>
internal static class PlainSockets
{
    public static Socket Listener(NetAddress address, int backlog = 16)
    {
        var endPoint = Addresses.ToEndPoint(address)!;
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(endPoint);
        socket.Listen(backlog);
        return socket;
    }

    public static Socket Datagram(NetAddress? address, AddressFamily family)
    {
        var socket = new Socket(family, SocketType.Dgram, family == AddressFamily.Unix ? ProtocolType.Unspecified : ProtocolType.Udp)
        {
            ReceiveTimeout = 10_000,
        };
        if (address is not null)
            socket.Bind(Addresses.ToEndPoint(address)!);
        return socket;
    }

    public static NetAddress AddressOf(Socket socket, Scheme scheme) => Addresses.ToAddress(socket.LocalEndPoint, scheme);

    public static byte[] Pattern(int length, int seed = 1)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
