using System.Net;
using System.Net.Sockets;

namespace Anode.Bench;

/// <summary>
/// The ceiling: a process that reads from one connection and writes what it read to others, with no framing, routing or actors. The first byte
/// of a connection says what it is: <c>P</c> publisher, <c>S</c> subscriber, <c>E</c> echo. One load after the other: when its publisher is
/// done, its subscribers are closed. In a chain, its publisher is another relay, of which it is the subscriber.
/// </summary>
internal static class BareRelay
{
    private const int BufferBytes = 256 * 1024;

    /// <param name="subscribers">How many a publisher waits for.</param>
    /// <param name="from">The port of the relay before it in a chain; null: publishers connect.</param>
    public static int Run(int subscribers, int? from)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(16);
        Console.WriteLine(((IPEndPoint)listener.LocalEndPoint!).Port);
        var buffer = new byte[BufferBytes];
        for (; ; )
            Relay(listener, subscribers, from, buffer);
    }

    private static void Relay(Socket listener, int subscribers, int? from, byte[] buffer)
    {
        var targets = new List<Socket>();
        Socket? source = null;
        try
        {
            while ((source is null && from is null) || targets.Count < (source is not null && targets.Contains(source) ? 1 : subscribers))
            {
                var peer = listener.Accept();
                peer.NoDelay = true;
                peer.SendBufferSize = BufferBytes; // as the node has it towards local peers: the ceiling must not be lower for want of it
                var role = peer.Receive(buffer, 1, SocketFlags.None) == 1 ? (char)buffer[0] : ' ';
                if (role is 'P' or 'E')
                    source = peer;
                if (role is 'S' or 'E')
                    targets.Add(peer);
            }

            source ??= SubscribeTo(from!.Value);
            for (int count; (count = source.Receive(buffer)) > 0;)
            {
                foreach (var target in targets)
                    target.Send(buffer, 0, count, SocketFlags.None);
            }
        }
        catch (SocketException)
        {
            // a load that was broken off; the next one may come
        }
        finally
        {
            targets.ForEach(target => target.Dispose());
            source?.Dispose();
        }
    }

    private static Socket SubscribeTo(int port)
    {
        var relay = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, SendBufferSize = BufferBytes };
        relay.Connect(IPAddress.Loopback, port);
        relay.Send("S"u8);
        return relay;
    }
}
