using System.Net.Sockets;
using Akka.Actor;
using Anode.Messages;
using Anode.Sockets;
using Anode.Tests.Sockets.Endpoints;
using Xunit;
using Xunit.Abstractions;

namespace Anode.Tests.Sockets.DataPlane;

/// <summary>
/// Whatever dies at whatever moment under traffic: nothing leaks, nothing reaches dead letters unreaped, every connection ends once, and
/// in the end everybody is served again.
/// </summary>
public sealed class KillTests(ITestOutputHelper output) : GuardSpec
{
    private const int Kills = 300;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(20);

    private static readonly string[] StreamParts = ["listener", "conns", "conn", "conn", "conn", ""];
    private static readonly string[] DatagramParts = ["socket", "conns", "peer", "peer", ""];

    private static readonly EndpointGuard.GuardOptions Tireless = Fast with
    {
        Restart = new RestartOptions(int.MaxValue, TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(5), TimeSpan.FromSeconds(1)),
    };

    [Fact]
    public async Task Three_hundred_kills_under_traffic_leave_nothing_behind()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var stream = Spec(Transport.Tcp4) with { Name = "stream" };
        var path = Spec(Transport.UnixPath) with { Name = "path" };
        var datagram = Spec(Transport.Udp4) with { Name = "datagram" };
        var addresses = new Dictionary<string, NetAddress>();
        var guards = new Dictionary<string, IActorRef>();
        foreach (var spec in new[] { stream, path, datagram })
        {
            guards[spec.Name] = Guard(spec, Tireless);
            addresses[spec.Name] = AwaitChange(status => status.Name == spec.Name && status.State == Endpoint.State.Bound).Local!;
        }

        using var end = new CancellationTokenSource();
        var clients = Enumerable.Range(0, 6)
            .Select(i => Blocking.Run(() => StreamClient(addresses[i % 2 == 0 ? "stream" : "path"], seed + i, end.Token)))
            .Concat(Enumerable.Range(0, 2).Select(_ => Blocking.Run(() => DatagramClient(addresses["datagram"], end.Token))))
            .ToList();
        try
        {
            for (var kills = 0; kills < Kills;)
            {
                var name = guards.Keys.ElementAt(random.Next(guards.Count));
                var parts = name is "datagram" ? DatagramParts : StreamParts;
                if (parts[random.Next(parts.Length)] is var part and not "")
                {
                    if (await TryKillAsync(guards[name], part, random))
                        kills++;
                }
                else if (random.Next(4) == 0)
                {
                    kills++;
                    Crash(guards[name]);
                    var spec = (name switch { "stream" => stream, "path" => path, _ => datagram }) with { Address = addresses[name] };
                    guards[name] = Guard(spec, Tireless);
                }
            }
        }
        finally
        {
            // However it went: clients that outlive this would be the next test's.
            await end.CancelAsync();
            await Task.WhenAll(clients);
        }

        foreach (var (name, guard) in guards)
            Eventually(() => Assert.Equal((Endpoint.State.Bound, addresses[name]), (StatusOf(guard).State, StatusOf(guard).Local)));
        using var peer = PlainStream.Connect(addresses["stream"]);
        AssertEchoes(peer, "everybody is served again");
        output.WriteLine($"{Lives.Opened} connections and sessions, {guards.Sum(guard => StatusOf(guard.Value).Restarts)} restarts of the last guards");
    }

    [Fact]
    public void Killed_sockets_of_the_api_say_closed_exactly_once()
    {
        for (var round = 0; round < 30; round++)
        {
            var (conn, peer) = Accepted(round % 2 == 0 ? Transport.Tcp4 : Transport.UnixAbstract);
            conn.Tell(new Sock.ReadMore());
            peer.Send("some"u8);
            conn.Tell(new Sock.Send(new byte[900_000]));
            conn.Owner.Watch(conn.Socket);
            conn.Socket.Tell(Kill.Instance);
            var last = conn.Owner.FishForMessage(message => message is Sock.Closed);
            Assert.Equal(CloseReason.EndpointStopped, ((Sock.Closed)last).Reason);
            Assert.IsType<Terminated>(conn.Owner.ExpectMsg<object>());
            Assert.False(conn.Owner.HasMessages);
        }
    }

    [Fact]
    public void Killed_connecting_listening_and_datagram_sockets_say_closed_exactly_once()
    {
        using var full = PlainSockets.Listener(Transport.Tcp4.Any(), backlog: 0);
        using var first = PlainStream.Connect(PlainSockets.AddressOf(full, Scheme.Tcp));
        var connecting = Open(Family.Inet, SocketKind.Stream);
        connecting.Tell(new Sock.Connect(PlainSockets.AddressOf(full, Scheme.Tcp)));
        var (listening, _) = Listening(Transport.Tcp4.Any());
        var datagram = Open(Family.Inet, SocketKind.Datagram);
        datagram.Tell(new Sock.Bind(Transport.Udp4.Any()));
        datagram.Expect<Sock.Bound>();
        datagram.Tell(new Sock.ReadMore());
        foreach (var socket in new[] { connecting, listening, datagram })
        {
            socket.AssertQuiet();
            socket.Socket.Tell(Kill.Instance);
            socket.ExpectClosed(CloseReason.Crashed);
        }
    }

    /// <summary>Tells one child to fail, whoever it is at that moment.</summary>
    /// <returns>False when nobody was there.</returns>
    private async Task<bool> TryKillAsync(IActorRef guard, string part, Random random)
    {
        var selection = part is "conn" or "peer" ? guard.Path / "conns" / $"{part}-*" : guard.Path / part;
        var asker = CreateTestProbe();
        Sys.ActorSelection(selection).Tell(new Identify(part), asker);
        // Those who are there answer in no order; two answers give the dice something to choose from.
        var found = new List<IActorRef>();
        for (var answers = 0; answers < 2 && await asker.ReceiveOneAsync(Patience) is ActorIdentity { Subject: var subject }; answers++)
        {
            if (subject is not null)
                found.Add(subject);
        }

        if (found.Count > 0)
            found[random.Next(found.Count)].Tell(Kill.Instance);
        return found.Count > 0;
    }

    private static void StreamClient(NetAddress address, int seed, CancellationToken end)
    {
        var random = new Random(seed);
        while (!end.IsCancellationRequested)
        {
            try
            {
                using var peer = PlainStream.Connect(address);
                for (var i = 0; i < 200 && !end.IsCancellationRequested; i++)
                {
                    var bytes = PlainSockets.Pattern(random.Next(1, 60_000), i);
                    peer.Send(bytes);
                    Assert.Equal(bytes, peer.Receive(bytes.Length));
                }
            }
            catch (Exception e) when (e is SocketException or EndOfStreamException)
            {
                // it was killed under us: that is what this is about
                end.WaitHandle.WaitOne(Patience);
            }
        }
    }

    private static void DatagramClient(NetAddress address, CancellationToken end)
    {
        using var peer = PlainSockets.Datagram(Transport.Udp4.Any(), AddressFamily.InterNetwork);
        peer.ReceiveTimeout = 20;
        peer.Connect(Addresses.ToEndPoint(address)!);
        var buffer = new byte[100];
        for (var i = 0; !end.IsCancellationRequested; i++)
        {
            try
            {
                peer.Send(i % 10 == 0 ? "open"u8 : "hello"u8);
                peer.Receive(buffer);
            }
            catch (SocketException)
            {
                // lost, or nobody bound just then: datagrams may be
            }
        }
    }
}
