using Akka.Actor;
using Akka.Remote;
using Akka.TestKit.Xunit2;
using Anode.Messages;
using Anode.Tests.Operations;
using Anode.Tests.Processes;
using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Cluster;

/// <summary>
/// The socket operations of the contract, sent from an actor on one node to the sockets of another: the same messages, and the same end when the
/// owner is gone.
/// </summary>
[Collection(nameof(AloneCollection))]
public sealed class RemoteSocketTests
{
    [Fact]
    public async Task Socket_of_another_node_obeys_and_closes_when_its_owners_node_is_gone()
    {
        await using var near = await HttpNode.StartAsync("cluster.address = \"127.0.0.1:0\"");
        var (seed, member) = (near.View.Cluster!.State.Self, "cluster { address = \"127.0.0.1:0\", seeds = [\"{0}\"]");
        await using var far = await HttpNode.StartAsync($"{member.Replace("{0}", seed)} }}");
        await using var voter = await HttpNode.StartAsync($"{member.Replace("{0}", seed)}, voter = on }}");
        var kit = new TestKit(far.View.System); // not disposed of: it would end the node
        var owner = kit.CreateTestProbe();

        far.View.System!.ActorSelection($"akka.tcp://anode@{seed}/user/node/sockets").Tell(new Sock.Open(Family.Inet, SocketKind.Stream), owner);
        owner.ExpectMsg<Sock.Opened>(HttpNode.Patience);
        var socket = owner.LastSender;
        Assert.Equal(seed, $"{socket.Path.Address.Host}:{socket.Path.Address.Port}");
        socket.Tell(new Sock.Bind(NetAddress.Parse("tcp://127.0.0.1:0")), owner);
        var local = owner.ExpectMsg<Sock.Bound>(HttpNode.Patience).Local;
        socket.Tell(new Sock.Listen(), owner);
        owner.ExpectMsg<Sock.Listening>(HttpNode.Patience);

        using var peer = await Blocking.Run(() => PlainPeer.Connect(local));
        owner.ExpectMsg<Sock.Accepted>(HttpNode.Patience);
        var connection = owner.LastSender;
        connection.Tell(new Sock.ReadMore(), owner);
        await Blocking.Run(() => peer.Send("hello"));
        Assert.Equal("hello", System.Text.Encoding.UTF8.GetString(owner.ExpectMsg<Sock.Received>(HttpNode.Patience).Bytes.Span));
        connection.Tell(new Sock.Send("there"u8.ToArray()), owner);
        Assert.Equal("there", await Blocking.Run(() => peer.Receive(5)));

        // As when its process is killed: no goodbye, and its ports refuse.
        await ((IRemoteActorRefProvider)((ExtendedActorSystem)far.View.System).Provider).Transport.Shutdown();

        await Blocking.Run(peer.ExpectEnd);
        Eventually.Holds(() => near.View.Sockets.Connections.OpenCount == 0, () => "the connection is still listed as open");
        // Who listens is another actor than who was accepted, and each hears of its owner's end by itself.
        await Blocking.Run(() => Eventually.Holds(() => Refuses(local), () => "it still listens"));
    }

    private static bool Refuses(NetAddress address)
    {
        try
        {
            using var stream = Anode.Sockets.Client.BlockingStream.Connect(address, TimeSpan.FromSeconds(5));
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
