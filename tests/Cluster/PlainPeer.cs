using System.Net.Sockets;
using System.Text;
using Anode.Messages;
using Xunit;

namespace Anode.Tests.Cluster;

/// <summary>A program with a plain socket.</summary>
internal sealed class PlainPeer : IDisposable
{
    private readonly Socket _socket = new(System.Net.Sockets.SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 15_000, SendTimeout = 15_000 };

    public static PlainPeer Connect(NetAddress address)
    {
        var peer = new PlainPeer();
        peer._socket.Connect(address.Host, address.Port);
        return peer;
    }

    public void Send(string text) => _socket.Send(Encoding.UTF8.GetBytes(text));

    public string Receive(int bytes)
    {
        var buffer = new byte[bytes];
        for (var read = 0; read < bytes;)
            read += _socket.Receive(buffer, read, bytes - read, SocketFlags.None);
        return Encoding.UTF8.GetString(buffer);
    }

    /// <summary>The other side ends the connection, in whatever way.</summary>
    public void ExpectEnd()
    {
        try
        {
            Assert.Equal(0, _socket.Receive(new byte[1]));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            // as good an end as any
        }
    }

    public void Dispose() => _socket.Dispose();
}
