using System.Net.Sockets;
using System.Text;
using Anode.Protocols.Native.Wire;

namespace Anode.Bench;

/// <summary>The few frames a load needs, made once.</summary>
internal static class NativeFrames
{
    public static readonly byte[] Subject = Encoding.ASCII.GetBytes("bench.load");

    public static byte[] Msg(int payloadBytes)
    {
        var payload = new byte[payloadBytes];
        Random.Shared.NextBytes(payload);
        var frame = new byte[FrameWriter.SizeOfMsg(Subject.Length, payload.Length)];
        return frame[..FrameWriter.Msg(frame, prefix: true, Subject, payload)];
    }

    /// <summary>Says HELLO, subscribes if asked, and returns once the node has applied it.</summary>
    public static void Open(Socket socket, bool subscribe)
    {
        var buffer = new byte[1024];
        var length = FrameWriter.Hello(buffer, prefix: true, new Hello());
        if (subscribe)
            length += FrameWriter.Sub(buffer.AsSpan(length), prefix: true, 1, Subject);
        length += FrameWriter.Ping(buffer.AsSpan(length), prefix: true);
        socket.Send(buffer, 0, length, SocketFlags.None);
        ReadFrame(socket);
        ReadFrame(socket);
    }

    private static void ReadFrame(Socket socket)
    {
        var prefix = new byte[4];
        ReadExactly(socket, prefix);
        ReadExactly(socket, new byte[System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(prefix)]);
    }

    public static void ReadExactly(Socket socket, Span<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            var count = socket.Receive(buffer);
            if (count == 0)
                throw new IOException("the server closed the connection");
            buffer = buffer[count..];
        }
    }
}
