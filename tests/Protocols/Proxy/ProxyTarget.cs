using System.Net;
using System.Net.Sockets;
using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Protocols.Proxy;

/// <summary>A server behind a proxy, by hand: its address is its own from the beginning, also while it is down.</summary>
internal sealed class ProxyTarget : IDisposable
{
    private const int Patience = 15_000;

    private readonly string? _path;
    private Socket _socket;

    private ProxyTarget(Socket socket, string? path) => (_socket, _path) = (socket, path);

    public string Address => _path is null ? $"tcp://127.0.0.1:{((IPEndPoint)_socket.LocalEndPoint!).Port}" : $"unix://{_path}";

    /// <summary>Bound and not listening: who dials is refused.</summary>
    public static ProxyTarget Down()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return new ProxyTarget(socket, null);
    }

    public static ProxyTarget Up(bool unix = false, int backlog = 512)
    {
        if (!unix)
        {
            var target = Down();
            target._socket.Listen(backlog);
            return target;
        }

        var path = Path.Combine(Path.GetTempPath(), $"target-{Guid.NewGuid():N}.sock");
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        socket.Listen(backlog);
        return new ProxyTarget(socket, path);
    }

    public void Listen() => _socket.Listen(512);

    /// <summary>Somebody has connected and was not accepted yet.</summary>
    public bool HasGuest => _socket.Poll(0, SelectMode.SelectRead);

    public Socket Accept()
    {
        Assert.True(_socket.Poll(TimeSpan.FromMilliseconds(Patience), SelectMode.SelectRead), "nobody was dialled");
        return Patient(_socket.Accept());
    }

    /// <summary>Connects past the proxy until the kernel takes no more for a listener that does not accept; from then on dialling hangs.</summary>
    public List<Socket> FillBacklog()
    {
        var filler = new List<Socket>();
        for (; ; )
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
            filler.Add(socket);
            try
            {
                socket.Connect(_socket.LocalEndPoint!);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
            {
            }

            if (!socket.Poll(TimeSpan.FromMilliseconds(200), SelectMode.SelectWrite))
                return filler;
        }
    }

    public static Socket Patient(Socket socket)
    {
        (socket.ReceiveTimeout, socket.SendTimeout) = (Patience, Patience);
        return socket;
    }

    public void Dispose()
    {
        _socket.Dispose();
        if (_path is not null)
            File.Delete(_path);
    }
}

/// <summary>What tests do with either end of a proxied connection.</summary>
internal static class Ends
{
    public static Socket Client(TestNode node, string endpoint = "proxy") => NativeTestClient.Dial(node.Address(endpoint)).Socket;

    public static void Write(this Socket socket, string text) => socket.WriteAll(System.Text.Encoding.UTF8.GetBytes(text));

    public static void WriteAll(this Socket socket, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
            bytes = bytes[socket.Send(bytes)..];
    }

    public static string Read(this Socket socket, int bytes)
    {
        var buffer = new byte[bytes];
        var fill = 0;
        while (fill < bytes && socket.Receive(buffer, fill, bytes - fill, SocketFlags.None) is var count and > 0)
            fill += count;
        return System.Text.Encoding.UTF8.GetString(buffer, 0, fill);
    }

    /// <summary>How the stream ends from here: <c>EOF</c>, <c>RST</c>, or the first bytes that come instead.</summary>
    public static string ReadEnd(this Socket socket)
    {
        try
        {
            var buffer = new byte[64];
            return socket.Receive(buffer) is var count and > 0 ? System.Text.Encoding.UTF8.GetString(buffer, 0, count) : "EOF";
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            return "RST";
        }
    }

    public static void Reset(this Socket socket)
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
    }
}
