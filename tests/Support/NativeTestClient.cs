using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Anode.Messages;
using Anode.Sockets;
using Anode.Tests.Protocols.Native;

namespace Anode.Tests.Support;

/// <summary>
/// A native client by hand, on a blocking stream socket: it sends any bytes it is told to, and what it receives it gives as
/// <see cref="Notation"/>.
/// </summary>
internal sealed class NativeTestClient : IDisposable
{
    /// <summary>What <see cref="Receive()"/> says when there is nothing more to receive.</summary>
    public const string Eof = "EOF", Reset = "RST";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _fill;
    private long _pings;

    private NativeTestClient(Socket socket) => Socket = socket;

    public Socket Socket { get; }

    /// <summary>The WELCOME, once it has come.</summary>
    public string Welcome { get; private set; } = "";

    /// <summary>The connection's number on its node.</summary>
    public long Connection => long.Parse(Field("connection"), CultureInfo.InvariantCulture);

    public string Inbox => Field("inbox");

    /// <summary>Connected; nothing has been said.</summary>
    public static NativeTestClient Dial(NetAddress address, Action<Socket>? prepare = null)
    {
        var endPoint = Addresses.ToEndPoint(address)!;
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, address.IsUnix ? ProtocolType.Unspecified : ProtocolType.Tcp)
        {
            ReceiveTimeout = (int)Patience.TotalMilliseconds,
            SendTimeout = (int)Patience.TotalMilliseconds,
        };
        if (!address.IsUnix)
            socket.NoDelay = true;
        prepare?.Invoke(socket);
        socket.Connect(endPoint);
        return new NativeTestClient(socket);
    }

    /// <summary>Connected and welcome.</summary>
    public static NativeTestClient Connect(NetAddress address, params (Value Key, Value Value)[] hello)
    {
        var client = Dial(address);
        client.Hello(hello);
        return client;
    }

    /// <summary>One frame around a body of any bytes.</summary>
    public static byte[] Frame(ReadOnlySpan<byte> body)
    {
        var frame = new byte[4 + body.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, body.Length);
        body.CopyTo(frame.AsSpan(4));
        return frame;
    }

    public static byte[] Frame(params Value[] items) => Frame(Value.List(items).Encode());

    public void Hello(params (Value Key, Value Value)[] hello)
    {
        Send(1, Value.Map([("version", 1), .. hello]));
        Welcome = Receive();
    }

    public void Send(params Value[] items) => SendBytes(Frame(items));

    public void SendBytes(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
            bytes = bytes[Socket.Send(bytes)..];
    }

    /// <summary>The next frame as text; <see cref="Eof"/> or <see cref="Reset"/> at the end.</summary>
    public string Receive()
    {
        try
        {
            return ReceiveBody() is { } body ? Notation.Of(body) : Eof;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            return Reset;
        }
    }

    public List<string> Receive(int frames) => [.. Enumerable.Range(0, frames).Select(_ => Receive())];

    /// <summary>The next body as its bytes; null at the end of the stream.</summary>
    public byte[]? ReceiveBody()
    {
        var prefix = new byte[4];
        if (!TryFill(prefix))
            return null;
        var body = new byte[BinaryPrimitives.ReadInt32BigEndian(prefix)];
        return TryFill(body) ? body : throw new EndOfStreamException("the stream ended within a frame");
    }

    /// <summary>
    /// Everything that was on its way to this client, from others as well. PONG promises that for what the client itself said; what others sent
    /// it waits in its actor's mailbox, and an actor in the middle of a turn reads the socket up to eight times before it looks there.
    /// </summary>
    public List<string> Settle() => [.. Enumerable.Range(0, 9).SelectMany(_ => Sync())];

    /// <summary>Everything that comes before the PONG to a PING sent now.</summary>
    public List<string> Sync()
    {
        var token = ++_pings;
        Send(7, token);
        return ReceiveUntil($"[8,{token}]");
    }

    /// <summary>Everything before this frame, which is taken too.</summary>
    public List<string> ReceiveUntil(string last)
    {
        var before = new List<string>();
        for (string next; (next = Receive()) != last; before.Add(next))
        {
            if (next is Eof or Reset)
                throw new EndOfStreamException($"{next} instead of {last}, after {string.Join(" ", before)}");
        }

        return before;
    }

    /// <summary>Everything until the end, the end included.</summary>
    public List<string> ReceiveToEnd()
    {
        var all = new List<string>();
        do
            all.Add(Receive());
        while (all[^1] is not (Eof or Reset));
        return all;
    }

    /// <summary>Ends with RST.</summary>
    public void Abort()
    {
        Socket.LingerState = new LingerOption(true, 0);
        Socket.Dispose();
    }

    public void Dispose() => Socket.Dispose();

    private bool TryFill(Span<byte> room)
    {
        var wanted = room.Length;
        while (room.Length > 0)
        {
            if (_start == _fill)
            {
                (_start, _fill) = (0, Socket.Receive(_buffer));
                if (_fill == 0)
                    return room.Length == wanted && wanted == 4 ? false : throw new EndOfStreamException("the stream ended within a frame");
            }

            var take = Math.Min(room.Length, _fill - _start);
            _buffer.AsSpan(_start, take).CopyTo(room);
            _start += take;
            room = room[take..];
        }

        return true;
    }

    private string Field(string name) => Regex.Match(Welcome, $"\"{name}\":\"([^\"]*)\"").Groups[1].Value;
}
