using Anode.Messages;
using Anode.Sockets;
using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Sockets.Tls;

/// <summary>Handshakes that nobody goes on with.</summary>
public sealed class TlsDeadlineTests() : TlsSpec(new SocketSettings { TlsHandshake = TimeSpan.FromSeconds(2), TlsHandshakes = 1 })
{
    [Fact]
    public void Silent_peer_is_ended_at_the_deadline_and_takes_no_place_of_others()
    {
        var (_, local) = Served(Listening());
        using var silent = SecureStream.Dial(local);
        AssertServesOthers(local); // there is one place only
        ReceiveToEnd(silent);
        Eventually(() => Assert.Contains(Sockets.Connections.Closed, record => record.CloseReason == CloseReason.TlsHandshake));
        Assert.Contains("not finished within 2 s", AwaitRefusal());
    }

    [Fact]
    public void Handshake_that_is_begun_and_left_ends_at_the_deadline_and_gives_its_place_back()
    {
        var (_, local) = Served(Listening());
        using var torn = SecureStream.Dial(local);
        torn.Send(ClientHello());
        Assert.Contains("not finished within 2 s", AwaitRefusal());
        AssertServesOthers(local);
    }
}
