using System.Net.Sockets;
using System.Text;
using Anode.Messages;
using Anode.Sockets;
using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Sockets.Tls;

/// <summary>Every way in which a handshake with a listener can fail: an ordinary end with a name, and the next peer is served.</summary>
public sealed class TlsRefusalTests() : TlsSpec(new SocketSettings { TlsHandshakes = 1 })
{
    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("x")]
    [InlineData("CONNECT {}\r\nPING\r\n")]
    public void Peer_in_clear_is_ended(string words)
    {
        var (_, local) = Served(Listening());
        using var socket = SecureStream.Dial(local);
        socket.Send(Encoding.ASCII.GetBytes(words));
        ReceiveToEnd(socket);
        AwaitEnd(CloseReason.TlsHandshake, "the peer does not speak TLS");
        Assert.Equal("the peer does not speak TLS", AwaitRefusal());
        AssertServesOthers(local);
    }

    [Fact]
    public void Peer_that_comes_and_goes_without_a_byte_is_no_failure()
    {
        var (_, local) = Served(Listening());
        SecureStream.Dial(local).Dispose();
        AwaitEnd(CloseReason.PeerClosed);
        AssertServesOthers(local);
    }

    [Fact]
    public async Task Peer_that_finds_no_place_waits_in_line_until_there_is_one()
    {
        var (_, local) = Served(Listening());
        using var torn = SecureStream.Dial(local);
        torn.Send(ClientHello());
        Eventually(() => Assert.Equal(1, Sockets.Handshakes.UnderWay));
        var waiting = Blocking.Run(() => AssertServesOthers(local));
        Eventually(() => Assert.Equal(2, Sockets.Connections.OpenCount));
        Assert.False(waiting.IsCompleted);
        torn.Dispose();
        await waiting;
    }

    [Fact]
    public void Peer_that_ends_within_the_handshake_is_told_apart()
    {
        var (_, local) = Served(Listening());
        using var torn = SecureStream.Dial(local);
        torn.Send(ClientHello());
        torn.Shutdown(SocketShutdown.Send);
        ReceiveToEnd(torn);
        AwaitEnd(CloseReason.TlsHandshake, "the peer ended the connection within the handshake");
        AssertServesOthers(local);
    }

    [Fact]
    public void Reset_within_the_handshake_is_told_apart()
    {
        var (_, local) = Served(Listening());
        var torn = SecureStream.Dial(local);
        torn.Send(ClientHello());
        Eventually(() => Assert.Equal(1, Sockets.Handshakes.UnderWay));
        torn.LingerState = new LingerOption(true, 0);
        torn.Dispose();
        Assert.Equal(SocketErrors.ECONNRESET, AwaitEnd(CloseReason.TlsHandshake, "connection reset by peer").Errno);
        AssertServesOthers(local);
    }

    [Fact]
    public void Client_without_a_certificate_is_refused_where_one_is_wanted()
    {
        var (_, local) = Served(Listening(Wanting(ClientCertificates.Required)));
        AssertRefused(local, null, "the peer shows no certificate, and this listener wants one");
        using var known = SecureStream.Connect(local, Authority.Sign("client"));
        AssertEchoes(known, "welcome");
        Assert.Equal("CN=client", OnlyRecord.Tls!.Peer);
        Assert.Contains("client", OnlyRecord.Tls.PeerNames);
    }

    [Fact]
    public void Client_with_a_certificate_of_a_stranger_is_refused()
    {
        using var strange = new TestAuthority("Stranger");
        var (_, local) = Served(Listening(Wanting(ClientCertificates.Required)));
        AssertRefused(local, strange.Sign("client"), "(CN=client) was signed by nobody who is trusted here (CN=Stranger)");
    }

    [Fact]
    public void Client_with_an_expired_certificate_is_refused()
    {
        var (_, local) = Served(Listening(Wanting(ClientCertificates.Required)));
        AssertRefused(local, Authority.SignExpired("client"), "(CN=client) expired on ");
    }

    [Fact]
    public void Where_certificates_are_optional_none_is_good_and_a_bad_one_is_not()
    {
        using var strange = new TestAuthority("Stranger");
        var (_, local) = Served(Listening(Wanting(ClientCertificates.Optional)));
        using (var anonymous = SecureStream.Connect(local))
            AssertEchoes(anonymous, "anonymous");
        using (var known = SecureStream.Connect(local, Authority.Sign("client")))
            AssertEchoes(known, "known");
        AssertRefused(local, strange.Sign("client"), "was signed by nobody who is trusted here");
    }

    [Fact]
    public void Renewed_certificate_comes_with_a_restart_and_a_broken_file_does_not()
    {
        var file = Authority.Write("renewed.pem", File.ReadAllText(Server));
        var notices = CreateTestProbe();
        Sys.EventStream.Subscribe(notices, typeof(NodeEvent));
        var (guard, local) = Served(Listening(new TlsSettings { Certificate = file }));
        Assert.Equal("CN=localhost", SubjectOf(local));

        File.WriteAllText(file, File.ReadAllText(Authority.Sign("renewed")));
        Command<Endpoint.Status>(guard, new Endpoint.Restart());
        AwaitChange(status => status is { State: Endpoint.State.Bound, Incarnation: 2 });
        Assert.Equal("CN=renewed", SubjectOf(local));

        File.WriteAllText(file, "nonsense");
        Command<Endpoint.Status>(guard, new Endpoint.Restart());
        AwaitChange(status => status is { State: Endpoint.State.Bound, Incarnation: 3 });
        Assert.Equal("CN=renewed", SubjectOf(local));
        var notice = notices.FishForMessage<NodeEvent>(notice => notice.Kind == "tls-files-refused");
        Assert.Contains("holds no certificate in PEM. What was read before stays in use", notice.Text);
    }

    [Fact]
    public void Expired_certificate_of_our_own_is_served_with_a_warning()
    {
        var notices = CreateTestProbe();
        Sys.EventStream.Subscribe(notices, typeof(NodeEvent));
        var (_, local) = Served(Listening(new TlsSettings { Certificate = Authority.SignExpired("late") }));
        Assert.Equal("CN=late", SubjectOf(local));
        Assert.Contains(" expired on ", notices.FishForMessage<NodeEvent>(notice => notice.Kind == "tls-certificate-outdated").Text);
    }

    private TlsSettings Wanting(ClientCertificates mode) => new() { Certificate = Server, Authorities = Authority.File, ClientCertificates = mode };

    /// <summary>
    /// With TLS 1.3 a client learns only behind its own handshake that it was refused, and on Linux the runtime has no way to say why; but it is an
    /// end, not a reset, and not one byte comes before it.
    /// </summary>
    private void AssertRefused(NetAddress local, string? certificate, string because)
    {
        using var peer = SecureStream.Connect(local, certificate);
        Assert.Empty(peer.ReceiveToEnd());
        Assert.Contains(because, AwaitRefusal());
        Eventually(() => Assert.Contains(Sockets.Connections.Closed, record => record.CloseReason == CloseReason.TlsHandshake));
        Eventually(() => Assert.Equal(0, Sockets.Connections.OpenCount));
    }

    private static string SubjectOf(NetAddress local)
    {
        using var peer = SecureStream.Connect(local);
        AssertEchoes(peer, "who are you");
        return peer.Stream.RemoteCertificate!.Subject;
    }
}
