using System.Net.Sockets;
using Anode.Messages;
using Anode.Sockets;
using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Sockets.Tls;

/// <summary>A dialer's half: whom it takes for its peer, and what it tells where it does not.</summary>
public sealed class TlsDialTests : TlsSpec
{
    [Fact]
    public async Task Peer_with_the_right_name_from_a_known_authority_is_taken()
    {
        var (listener, address) = Listener();
        Guard(Dialling(address));
        using var peer = await Blocking.Run(() => SecureStream.Accept(listener, Server));
        AssertEchoes(peer, "taken");
        Assert.Equal("CN=localhost", OnlyRecord.Tls!.Peer);
    }

    [Fact]
    public async Task Peer_is_known_by_its_address_where_the_certificate_has_that()
    {
        var (listener, address) = Listener();
        Guard(Dialling(address, new TlsSettings { Authorities = Authority.File, ServerName = "127.0.0.1" }));
        using var peer = await Blocking.Run(() => SecureStream.Accept(listener, Server));
        AssertEchoes(peer, "taken");
    }

    [Fact]
    public async Task Peer_with_another_name_is_refused() =>
        await AssertRefusedAsync(Authority.Sign("elsewhere"), "(CN=elsewhere) is not for localhost");

    [Fact]
    public async Task Peer_from_an_unknown_authority_is_refused()
    {
        using var strange = new TestAuthority("Stranger");
        await AssertRefusedAsync(strange.Sign("localhost"), "was signed by nobody who is trusted here (CN=Stranger)");
    }

    [Fact]
    public async Task Peer_with_an_expired_certificate_is_refused() =>
        await AssertRefusedAsync(Authority.SignExpired("localhost"), "(CN=localhost) expired on ");

    [Fact]
    public async Task Peer_that_speaks_in_clear_is_refused()
    {
        var (listener, address) = Listener();
        Guard(Dialling(address));
        using var peer = await Blocking.Run(() => PlainStream.Accept(listener));
        peer.Send("220 welcome\r\n"u8);
        Assert.Contains("the peer does not speak TLS", AwaitChange(Endpoint.State.Backoff).LastFailure!.Message);
    }

    [Fact]
    public async Task Whoever_answers_is_taken_where_that_is_asked_for_and_it_is_said_aloud()
    {
        using var strange = new TestAuthority("Stranger");
        var notices = CreateTestProbe();
        Sys.EventStream.Subscribe(notices, typeof(NodeEvent));
        var (listener, address) = Listener();
        Guard(Dialling(address, new TlsSettings { Insecure = true, ServerName = "localhost" }));
        using var peer = await Blocking.Run(() => SecureStream.Accept(listener, strange.SignExpired("elsewhere")));
        AssertEchoes(peer, "taken");
        Assert.Contains("its certificate is not checked", notices.FishForMessage<NodeEvent>(notice => notice.Kind == "tls-insecure").Text);
    }

    [Fact]
    public async Task Own_certificate_is_shown_to_a_peer_that_wants_one()
    {
        var (listener, address) = Listener();
        Guard(Dialling(address, new TlsSettings { Authorities = Authority.File, ServerName = "localhost", Certificate = Authority.Sign("dialer", rsa: true) }));
        using var peer = await Blocking.Run(() => SecureStream.Accept(listener, Server, wantsCertificate: true));
        AssertEchoes(peer, "known");
        Assert.Equal("CN=dialer", peer.Stream.RemoteCertificate!.Subject);
    }

    [Fact]
    public async Task Peer_that_never_answers_is_left_at_the_deadline()
    {
        var (listener, address) = Listener();
        Guard(Dialling(address));
        using var peer = await Blocking.Run(() => PlainStream.Accept(listener));
        Assert.Contains("not finished within 5 s", AwaitRefusal());
        Assert.Contains("not finished within 5 s", AwaitChange(Endpoint.State.Backoff).LastFailure!.Message);
    }

    [Fact]
    public async Task Two_nodes_of_ours_understand_each_other()
    {
        var (_, local) = Served(Listening(new TlsSettings { Certificate = Server, Authorities = Authority.File, ClientCertificates = ClientCertificates.Required }));
        var greeted = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var dialer = Dialling(local, new TlsSettings { Certificate = Server, Authorities = Authority.File, ServerName = "localhost" }) with
        {
            Name = "greeter",
            Stream = () => new Greeter(greeted),
        };
        Guard(dialer);
        Assert.Equal("hello", await greeted.Task.WaitAsync(Soon));
    }

    private async Task AssertRefusedAsync(string certificate, string because)
    {
        var (listener, address) = Listener();
        Guard(Dialling(address));
        // With TLS 1.3 the server's half may be over before the client refuses; then it reads the alert.
        await Assert.ThrowsAnyAsync<Exception>(() => Blocking.Run(() =>
        {
            using var peer = SecureStream.Accept(listener, certificate);
            peer.Receive(1);
        }));
        Assert.Contains(because, AwaitRefusal());
        var status = AwaitChange(Endpoint.State.Backoff);
        Assert.Contains(because, status.LastFailure!.Message);
        // People have to change something first.
        Assert.InRange(status.NextAttemptAt!.Value - status.LastFailure.At, TimeSpan.FromSeconds(25), TimeSpan.FromSeconds(60));
    }

    private (Socket Listener, NetAddress Address) Listener()
    {
        var listener = Plain(PlainSockets.Listener(Transport.Tcp4.Any()));
        return (listener, PlainSockets.AddressOf(listener, Scheme.Tls));
    }

    /// <summary>Says hello, and tells what comes back.</summary>
    private sealed class Greeter(TaskCompletionSource<string> heard) : IConnectionProtocol
    {
        public void OnOpen(IConnection connection) => connection.Send(HandlerProtocol.Wrap("hello"u8.ToArray(), null, null));

        public int OnBytes(Slab slab, int offset, int length, out int needed)
        {
            needed = 0;
            heard.TrySetResult(System.Text.Encoding.ASCII.GetString(slab.Buffer, offset, length));
            return length;
        }

        public void OnEnd(ReadOnlySpan<byte> rest)
        {
        }

        public bool OnMessage(object message) => false;

        public void OnClosing(CloseReason reason, string? text)
        {
        }

        public void OnClosed(CloseReason reason, int errno)
        {
        }
    }
}
