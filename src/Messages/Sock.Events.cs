namespace Anode.Messages;

public static partial class Sock
{
    /// <summary>Anything a socket says; the sender is the actor that owns it.</summary>
    public interface IEvent;

    /// <summary>The socket exists; its actor is the sender.</summary>
    public sealed record Opened(Family Family, SocketKind Kind) : IEvent;

    /// <summary>Bound, with the address as the kernel gave it.</summary>
    public sealed record Bound(NetAddress Local) : IEvent;

    /// <summary>Connections are being taken (or, in pull mode, can be).</summary>
    public sealed record Listening(NetAddress Local, int Backlog) : IEvent;

    /// <summary>
    /// <c>accept()</c>'s pair <c>(conn, address)</c>. The sender is the new connection's own actor; it is idle until it gets
    /// <see cref="ReadMore"/>.
    /// </summary>
    /// <param name="Conn">Number of the connection, unique on its node for the life of the process.</param>
    /// <param name="Address">The peer's address as accepted.</param>
    /// <param name="Credentials">Who is on the other end of a Unix socket, when the kernel tells.</param>
    public sealed record Accepted(long Conn, NetAddress Address, PeerCredentials? Credentials = null) : IEvent;

    /// <summary>SO_PEERCRED: process, user and group of a Unix peer at the time it connected.</summary>
    public sealed record PeerCredentials(int ProcessId, uint UserId, uint GroupId);

    /// <summary>The connection stands; <see cref="ReadMore"/> starts reading.</summary>
    public sealed record Connected(long Conn, NetAddress Local, NetAddress Remote) : IEvent;

    /// <summary>Bytes of the stream, in order, never empty.</summary>
    public sealed record Received(ReadOnlyMemory<byte> Bytes) : IEvent;

    /// <summary>One datagram. <paramref name="Truncated"/>: it was longer than the buffer and the rest is lost.</summary>
    public sealed record ReceivedFrom(ReadOnlyMemory<byte> Bytes, NetAddress Address, bool Truncated = false) : IEvent;

    /// <summary>The peer sends no more (EOF); sending still works until <see cref="Closed"/>.</summary>
    public sealed record PeerClosed : IEvent;

    /// <summary>The kernel has taken everything up to the command with this receipt.</summary>
    public sealed record Sent(long Receipt) : IEvent;

    /// <summary>The kernel has taken this datagram.</summary>
    public sealed record SentTo(long Receipt) : IEvent;

    /// <summary>The name of the machine the socket lives on.</summary>
    public sealed record HostName(string Name) : IEvent;

    /// <summary>The end: exactly one for every socket, and nothing after it.</summary>
    /// <param name="Reason">The first reason there was.</param>
    /// <param name="Errno">Linux errno behind it, 0 when there is none.</param>
    public sealed record Closed(CloseReason Reason, int Errno = 0) : IEvent;

    /// <summary>
    /// A command could not be done: 98, <c>EADDRINUSE</c>, "address already in use: tcp://127.0.0.1:7400". The socket is as it was
    /// before, unless <see cref="Closed"/> follows.
    /// </summary>
    public sealed record CommandFailed(ICommand Command, int Errno, string Name, string Message) : IEvent;
}
