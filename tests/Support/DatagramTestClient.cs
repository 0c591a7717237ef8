using System.Net;
using System.Net.Sockets;
using Anode.Messages;
using Anode.Sockets;
using Anode.Tests.Protocols.Native;

namespace Anode.Tests.Support;

/// <summary>A datagram client by hand, on a socket of its own address: UDP, or Unix with an abstract name or none at all.</summary>
internal sealed class DatagramTestClient : IDisposable
{
    /// <summary>What <see cref="Receive()"/> says when nothing came for a while.</summary>
    public const string Nothing = "nothing";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly EndPoint _node;
    private readonly byte[] _buffer = new byte[70_000];

    public DatagramTestClient(NetAddress node, bool named = true)
    {
        _node = Addresses.ToEndPoint(node)!;
        Socket = new Socket(_node.AddressFamily, SocketType.Dgram, node.IsUnix ? ProtocolType.Unspecified : ProtocolType.Udp)
        {
            ReceiveTimeout = (int)Patience.TotalMilliseconds,
            ReceiveBufferSize = 4 * 1024 * 1024,
            SendBufferSize = 4 * 1024 * 1024,
        };
        if (!node.IsUnix)
            Socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        else if (named)
            Socket.Bind(new UnixDomainSocketEndPoint($"\0anode-test-{Guid.NewGuid():N}"));
    }

    public Socket Socket { get; }

    /// <summary>With a session.</summary>
    public static DatagramTestClient Connect(NetAddress node, params (Value Key, Value Value)[] hello)
    {
        var client = new DatagramTestClient(node);
        client.Hello(hello);
        return client;
    }

    /// <summary>HELLO, RETRY, HELLO with its cookie; returns the WELCOME.</summary>
    public string Hello(params (Value Key, Value Value)[] hello)
    {
        Send(1, Value.Map([("version", 1), .. hello]));
        var cookie = CookieOf(ReceiveBody()!);
        Send(1, Value.Map([("version", 1), ("cookie", cookie), .. hello]));
        return Receive();
    }

    /// <summary>From a RETRY, which is twelve bytes: array, kind, head and eight of cookie.</summary>
    public static byte[] CookieOf(byte[] retry) => retry[^8..];

    public void Send(params Value[] items) => SendBytes(Value.List(items).Encode());

    public void SendBytes(byte[] bytes) => Socket.SendTo(bytes, _node);

    public string Receive() => ReceiveBody() is { } body ? Notation.Of(body) : Nothing;

    public List<string> Receive(int count) => [.. Enumerable.Range(0, count).Select(_ => Receive())];

    /// <summary>The next datagram; null when none came.</summary>
    public byte[]? ReceiveBody()
    {
        try
        {
            return _buffer[..Socket.Receive(_buffer)];
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
        {
            return null;
        }
    }

    /// <summary>Everything before the PONG to a PING sent now.</summary>
    public List<string> Sync()
    {
        Send(7, "sync");
        var before = new List<string>();
        for (string next; (next = Receive()) != "[8,\"sync\"]"; before.Add(next))
        {
            if (next == Nothing)
                throw new TimeoutException("no PONG, after " + string.Join(" ", before));
        }

        return before;
    }

    public void Dispose() => Socket.Dispose();
}
