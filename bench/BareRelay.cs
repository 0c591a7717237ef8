using System.Net;
using System.Net.Sockets;

namespace Anode.Bench;

/// <summary>
/// The ceiling: a process that reads from the first connection and writes what it read to all others, with no framing, routing or actors.
/// The first byte of a connection says what it is: <c>P</c> publisher, <c>S</c> subscriber, <c>E</c> echo.
/// </summary>
internal static class BareRelay
{
    private const int BufferBytes = 256 * 1024;

    public static int Run(int subscribers)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(16);
        Console.WriteLine(((IPEndPoint)listener.LocalEndPoint!).Port);
        var targets = new List<Socket>();
        Socket? publisher = null;
        while (publisher is null || targets.Count < subscribers)
        {
            var peer = listener.Accept();
            peer.NoDelay = true;
            var role = new byte[1];
            if (peer.Receive(role) == 0)
                continue;
            if (role[0] == (byte)'P')
                publisher = peer;
            else if (role[0] == (byte)'E')
                publisher = AddEcho(targets, peer);
            else
                targets.Add(peer);
        }

        var buffer = new byte[BufferBytes];
        for (int count; (count = publisher.Receive(buffer)) > 0;)
        {
            foreach (var target in targets)
                target.Send(buffer, 0, count, SocketFlags.None);
        }

        foreach (var target in targets)
            target.Dispose();
        return 0;
    }

    private static Socket AddEcho(List<Socket> targets, Socket peer)
    {
        targets.Add(peer);
        return peer;
    }
}
