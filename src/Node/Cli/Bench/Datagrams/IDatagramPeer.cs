using Anode.Cli.Client;
using Anode.Protocols.Native.Wire;
using Anode.Sockets.Client;

namespace Anode.Cli.Bench.Datagrams;

/// <summary>How a receiver makes itself known to a relay of datagrams, and what it says to what is no message.</summary>
internal interface IDatagramPeer
{
    /// <summary>Returns when the relay sends to this socket.</summary>
    void Register(DatagramClient socket, byte[] subject);

    /// <summary>Something that is not a message of ours came.</summary>
    void OnControl(DatagramClient socket, ReadOnlySpan<byte> datagram);
}

/// <summary>A relay that sends all it gets to whoever said <c>S</c> last.</summary>
internal sealed class BarePeer : IDatagramPeer
{
    // Nobody answers; on loopback, where this relay is used, the second is for a relay that has only just started.
    public void Register(DatagramClient socket, byte[] subject)
    {
        socket.Send("S"u8);
        socket.Send("S"u8);
    }

    public void OnControl(DatagramClient socket, ReadOnlySpan<byte> datagram)
    {
    }
}

/// <summary>A session with a node: HELLO, RETRY, HELLO with the cookie, WELCOME, SUB; then PONG to every PING.</summary>
internal sealed class NativePeer(Credentials credentials) : IDatagramPeer
{
    // Each waits as long as the socket does, 20 ms in this load: five seconds, as on streams.
    private const int MostTries = 250;

    public void Register(DatagramClient socket, byte[] subject)
    {
        var hello = new Hello { Name = "anode bench", Token = credentials.Token, User = credentials.User, Password = credentials.Password };
        var retry = Ask(socket, Frame(FrameWriter.SizeOf(hello), room => FrameWriter.Hello(room, prefix: false, hello)), Kind.Retry, "HELLO");
        var proven = hello with { Cookie = CookieOf(retry) };
        Ask(socket, Frame(FrameWriter.SizeOf(proven), room => FrameWriter.Hello(room, prefix: false, proven)), Kind.Welcome, "HELLO with its cookie");
        socket.Send(Frame(FrameWriter.SizeOfSub(subject.Length), room => FrameWriter.Sub(room, prefix: false, 1, subject)));
        Ask(socket, Frame(FrameWriter.SizeOfToken(), room => FrameWriter.Ping(room, prefix: false)), Kind.Pong, "PING");
    }

    public void OnControl(DatagramClient socket, ReadOnlySpan<byte> datagram)
    {
        if (!BodyReader.TryReadKind(datagram, out var items, out var kind, out var at))
            return;
        switch ((Kind)Math.Clamp(kind, 0, byte.MaxValue))
        {
            case Kind.Ping when BodyReader.ReadToken(datagram, items, at, out var token).IsOk:
                var raw = token.Of(datagram).ToArray();
                socket.Send(Frame(FrameWriter.SizeOfToken(raw.Length), room => FrameWriter.Pong(room, prefix: false, raw)));
                break;
            case Kind.Err when BodyReader.ReadErr(datagram, items, at, out var err).IsOk:
                throw CommandFailure.Failed($"the node refused: {Rendering.Visible.Of($"{err!.Code}: {err.Text}")}");
            case Kind.Bye when BodyReader.ReadBye(datagram, items, at, out var bye).IsOk:
                throw CommandFailure.Failed($"the node ended the session: {Rendering.Visible.Of(bye!.Reason)}");
        }
    }

    /// <summary>Asks until there is an answer, since either may get lost.</summary>
    private byte[] Ask(DatagramClient socket, byte[] question, Kind answer, string name)
    {
        for (var tries = 0; tries < MostTries; tries++)
        {
            socket.Send(question);
            var count = socket.Receive();
            for (var i = 0; i < count; i++)
            {
                var datagram = socket[i][..socket.LengthOf(i)].ToArray();
                if (BodyReader.TryReadKind(datagram, out _, out var kind, out _) && kind == (long)answer)
                    return datagram;
                OnControl(socket, datagram);
            }
        }

        throw CommandFailure.Failed($"the node does not answer {name}");
    }

    private static byte[] CookieOf(byte[] retry)
    {
        BodyReader.TryReadKind(retry, out var items, out _, out var at);
        return BodyReader.ReadRetry(retry, items, at, out var cookie).IsOk
            ? cookie!.Cookie
            : throw CommandFailure.Failed("the node's RETRY makes no sense");
    }

    private static byte[] Frame(int size, Func<byte[], int> write)
    {
        var room = new byte[size];
        return room[..write(room)];
    }
}
