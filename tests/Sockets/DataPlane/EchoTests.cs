using System.Net.Sockets;
using Anode.Tests.Sockets.Endpoints;
using Xunit;
using Xunit.Abstractions;

namespace Anode.Tests.Sockets.DataPlane;

/// <summary>Every byte comes back, in order, however it was cut and however the client dawdles.</summary>
public sealed class EchoTests(ITestOutputHelper output) : GuardSpec
{
    [Theory]
    [InlineData(Transport.Tcp4)]
    [InlineData(Transport.UnixAbstract)]
    public async Task Ten_thousand_chunks_of_random_size_echo_byte_exact(Transport transport)
    {
        var seed = Seed();
        var random = new Random(seed);
        var bytes = PlainSockets.Pattern(40 * 1024 * 1024, seed);
        var cuts = Enumerable.Range(0, 9_999).Select(_ => random.Next(bytes.Length)).Append(bytes.Length).Order().ToArray();
        var (_, local) = Served(Spec(transport));
        using var peer = PlainStream.Connect(local);
        var reading = Blocking.Run(() => peer.Receive(bytes.Length));
        var at = 0;
        foreach (var cut in cuts)
        {
            peer.Send(bytes.AsSpan(at, cut - at));
            at = cut;
        }

        Assert.Equal(bytes, await reading);
    }

    [Theory]
    [InlineData(Transport.Tcp4, 1, 20_000)]
    [InlineData(Transport.UnixPath, 1, 20_000)]
    [InlineData(Transport.Tcp6, 1024 * 1024, 48 * 1024 * 1024)]
    public async Task Fixed_sizes_echo_byte_exact(Transport transport, int piece, int total)
    {
        var bytes = PlainSockets.Pattern(total);
        var (_, local) = Served(Spec(transport));
        using var peer = PlainStream.Connect(local);
        if (!local.IsUnix)
            peer.Socket.NoDelay = true;
        var reading = Blocking.Run(() => peer.Receive(total));
        for (var at = 0; at < total; at += piece)
            peer.Send(bytes.AsSpan(at, piece));
        Assert.Equal(bytes, await reading);
    }

    /// <remarks>One thread that writes until the kernel takes no more or reads until nothing is there, as the dice fall.</remarks>
    [Theory]
    [InlineData(Transport.Tcp4)]
    [InlineData(Transport.UnixPath)]
    public void Client_that_pauses_at_random_gets_its_bytes_back(Transport transport)
    {
        var seed = Seed();
        var random = new Random(seed);
        var bytes = PlainSockets.Pattern(32 * 1024 * 1024, seed);
        var back = new byte[bytes.Length];
        var (_, local) = Served(Spec(transport));
        using var peer = PlainStream.Connect(local);
        var socket = peer.Socket;
        socket.Blocking = false;
        for (var (sent, received) = (0, 0); received < bytes.Length;)
        {
            var write = sent < bytes.Length && (sent == received || random.Next(3) > 0);
            var wanted = random.Next(1, 4 * 1024 * 1024);
            while (wanted > 0 && socket.Poll(TimeSpan.FromMilliseconds(write ? 0 : 5), write ? SelectMode.SelectWrite : SelectMode.SelectRead))
            {
                var length = Math.Min(wanted, random.Next(1, 100_000));
                var moved = write
                    ? socket.Send(bytes.AsSpan(sent, Math.Min(length, bytes.Length - sent)), SocketFlags.None)
                    : socket.Receive(back.AsSpan(received, Math.Min(length, back.Length - received)), SocketFlags.None);
                wanted -= moved;
                (sent, received) = write ? (sent + moved, received) : (sent, received + moved);
                if (write ? sent == bytes.Length : received == back.Length)
                    break;
            }
        }

        Assert.Equal(bytes, back);
    }

    [Fact]
    public async Task Fifty_clients_at_once_do_not_mix_their_bytes()
    {
        var (_, local) = Served(Spec(Transport.Tcp4));
        await Task.WhenAll(Enumerable.Range(1, 50).Select(client => Blocking.Run(() =>
        {
            using var peer = PlainStream.Connect(local);
            var bytes = PlainSockets.Pattern(200_000, client);
            for (var at = 0; at < bytes.Length; at += 20_000)
            {
                peer.Send(bytes.AsSpan(at, 20_000));
                Assert.Equal(bytes[at..(at + 20_000)], peer.Receive(20_000));
            }
        })));
    }

    [Fact]
    public void Idle_connections_hold_no_buffer()
    {
        var (_, local) = Served(Spec(Transport.Tcp4));
        var peers = Enumerable.Range(0, 50).Select(_ => Plain(PlainStream.Connect(local))).ToList();
        foreach (var peer in peers)
            AssertEchoes(peer, "once");
        AssertBuffersReturned();
    }

    private int Seed()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        return seed;
    }
}
