using System.Net.Sockets;
using Anode.Messages;
using Anode.Sockets;
using Anode.Tests.Sockets.Endpoints;
using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Sockets.Tls;

/// <summary>An endpoint that echoes over TLS, with an authority of its own.</summary>
public abstract class TlsSpec : GuardSpec
{
    private protected TlsSpec(SocketSettings? settings = null)
        : base(settings)
    {
        Server = Authority.Sign("localhost");
        Sys.EventStream.Subscribe(Refusals = CreateTestProbe("refusals"), typeof(ConnectionEvents.TlsRefused));
    }

    private protected TestAuthority Authority { get; } = new();

    /// <summary>PEM file of the listener's certificate and key.</summary>
    private protected string Server { get; }

    private protected Akka.TestKit.TestProbe Refusals { get; }

    private protected EndpointSpec Listening(TlsSettings? tls = null) => Spec(NetAddress.Parse("tls://127.0.0.1:0")) with
    {
        Tls = new TlsKeeper(tls ?? new TlsSettings { Certificate = Server, Authorities = Authority.File }, listens: true),
    };

    private protected EndpointSpec Dialling(NetAddress address, TlsSettings? tls = null) => Spec(address, EndpointKind.Dialer) with
    {
        Tls = new TlsKeeper(tls ?? new TlsSettings { Authorities = Authority.File, ServerName = "localhost" }, listens: false),
    };

    private protected ConnectionRecord OnlyRecord => Assert.Single(Sockets.Connections.Open);

    /// <summary>The one connection that ended is listed with this reason, and the sentence says this.</summary>
    private protected ConnectionRecord AwaitEnd(CloseReason reason, string? text = null)
    {
        Eventually(() => Assert.NotEmpty(Sockets.Connections.Closed));
        var record = Assert.Single(Sockets.Connections.Closed);
        Assert.Equal(reason, record.CloseReason);
        if (text is not null)
            Assert.Contains(text, record.CloseText);
        return record;
    }

    /// <summary>The sentence with which the next handshake failed.</summary>
    private protected string AwaitRefusal() => Refusals.ExpectMsg<ConnectionEvents.TlsRefused>(Soon + Soon).Text;

    private protected static void AssertEchoes(SecureStream peer, string text)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(text);
        peer.Send(bytes);
        Assert.Equal(bytes, peer.Receive(bytes.Length));
    }

    private protected static void AssertServesOthers(NetAddress local)
    {
        using var other = SecureStream.Connect(local);
        AssertEchoes(other, "served");
    }

    private protected static void ReceiveToEnd(Socket socket)
    {
        try
        {
            while (socket.Receive(new byte[4096]) > 0)
            {
            }
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            // no worse an end
        }
    }

    /// <summary>The first flight of a client, from a client that never gets an answer.</summary>
    private protected static byte[] ClientHello()
    {
        var wire = new Recorder();
        using var client = new System.Net.Security.SslStream(wire);
        Assert.ThrowsAny<Exception>(() => client.AuthenticateAsClient("localhost"));
        return wire.ToArray();
    }

    protected override void AfterAll()
    {
        base.AfterAll();
        Assert.Equal(0, Sockets.Handshakes.UnderWay);
        Authority.Dispose();
    }

    private sealed class Recorder : MemoryStream
    {
        public override int Read(byte[] buffer, int offset, int count) => 0;

        public override int Read(Span<byte> buffer) => 0;
    }
}
