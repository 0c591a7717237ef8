namespace Anode.Messages;

/// <summary>
/// The sockets interface as messages: commands are imperative and go to the actor that owns the socket, events are past
/// tense and come back from it. The same records work from the same process and from another node.
/// </summary>
public static partial class Sock
{
    /// <summary>Anything one may ask a socket to do; <see cref="CommandFailed"/> carries the one that could not be done.</summary>
    public interface ICommand;

    /// <summary>
    /// <c>socket(family, type, protocol)</c>. Goes to the sockets actor; the sender becomes the owner of the socket, and
    /// <see cref="Opened"/> comes from the new socket's own actor. An unsupported pair fails with its errno.
    /// </summary>
    public sealed record Open(Family Family, SocketKind Kind, int Protocol = 0, Options? Options = null) : ICommand;

    /// <summary><c>bind(address)</c> → <see cref="Bound"/> with the real port. A stale Unix path is removed only after a probe connect was refused.</summary>
    public sealed record Bind(NetAddress Address) : ICommand;

    /// <summary>
    /// <c>listen(backlog)</c> → <see cref="Listening"/>. Backlog ≥ 0, capped by the kernel's <c>somaxconn</c>. With
    /// <paramref name="Pull"/> nothing is accepted until <see cref="Accept"/> grants credit.
    /// </summary>
    public sealed record Listen(int Backlog = Listen.DefaultBacklog, bool Pull = false) : ICommand
    {
        public const int DefaultBacklog = 512;
    }

    /// <summary><c>accept()</c> in pull mode: credit for so many more connections, each answered by one <see cref="Accepted"/>.</summary>
    public sealed record Accept(int Count = 1) : ICommand;

    /// <summary>
    /// <c>connect(address)</c> → <see cref="Connected"/>. Host names are resolved and every address is tried, within one
    /// time-out for all (default 10 s). On a datagram socket it fixes the default peer.
    /// </summary>
    public sealed record Connect(NetAddress Address, TimeSpan? Timeout = null) : ICommand;

    /// <summary>
    /// <c>recv</c>/<c>recvfrom</c> as credit: the socket may read so many more bytes (stream) or datagrams (datagram
    /// socket). Without credit nothing is read, and TCP itself slows the peer.
    /// </summary>
    public sealed record ReadMore(long Credit = ReadMore.DefaultCredit) : ICommand
    {
        public const long DefaultCredit = 64 * 1024;
    }

    /// <summary>
    /// <c>send</c>: queued whole and in order, partial writes are finished. A full queue fails with ENOBUFS and nothing of
    /// this command is sent. A receipt that is not null is answered by <see cref="Sent"/> once the kernel has taken all.
    /// </summary>
    public sealed record Send(ReadOnlyMemory<byte> Bytes, long? Receipt = null) : ICommand;

    /// <summary><c>sendto</c>: one datagram. Larger than the socket can carry fails with EMSGSIZE.</summary>
    public sealed record SendTo(ReadOnlyMemory<byte> Bytes, NetAddress Address, long? Receipt = null) : ICommand;

    /// <summary><c>shutdown(how)</c>: half-close. Sending ends after what is queued has been sent.</summary>
    public sealed record Shutdown(Direction How = Direction.Send) : ICommand;

    /// <summary><c>close()</c> → <see cref="Closed"/> after everything queued was sent, within the linger time-out (default 5 s).</summary>
    public sealed record Close : ICommand;

    /// <summary>Ends at once; a connected TCP peer sees RST. → <see cref="Closed"/>.</summary>
    public sealed record Abort : ICommand;

    /// <summary><c>gethostname()</c> → <see cref="HostName"/>. Goes to the sockets actor or to any socket.</summary>
    public sealed record GetHostName : ICommand;

    /// <summary>The sender becomes the owner: from now on events of this socket go to it, and the socket ends when it does.</summary>
    public sealed record Own : ICommand;

    /// <summary>Options set before the socket is used; null keeps the kernel's default.</summary>
    /// <param name="NoDelay">TCP_NODELAY; on by default.</param>
    /// <param name="KeepAlive">SO_KEEPALIVE with its three timers.</param>
    /// <param name="ReceiveBufferBytes">SO_RCVBUF.</param>
    /// <param name="SendBufferBytes">SO_SNDBUF.</param>
    /// <param name="ReusePort">SO_REUSEPORT: several sockets share the port. Only on explicit request.</param>
    /// <param name="DualStack">An IPv6 socket takes IPv4 peers too (IPV6_V6ONLY off).</param>
    /// <param name="Broadcast">SO_BROADCAST on a datagram socket.</param>
    /// <param name="UnixMode">Permission bits of a bound Unix path, for example 0600 (octal).</param>
    /// <param name="SendQueueBytes">Bound of what is queued to be sent; 1 MiB by default.</param>
    /// <param name="MaxDatagramBytes">Receive buffer of a datagram socket; longer ones arrive cut and marked. 65,535 by default.</param>
    /// <param name="Group">IPv4 multicast group that a datagram socket joins when it is bound, on every network interface that can.</param>
    public sealed record Options(
        bool NoDelay = true,
        KeepAlive? KeepAlive = null,
        int? ReceiveBufferBytes = null,
        int? SendBufferBytes = null,
        bool ReusePort = false,
        bool DualStack = false,
        bool Broadcast = false,
        int? UnixMode = null,
        int SendQueueBytes = 1024 * 1024,
        int MaxDatagramBytes = 65_535,
        string? Group = null)
    {
        public static readonly Options Default = new();
    }

    /// <summary>SO_KEEPALIVE: first probe after <paramref name="Idle"/>, then every <paramref name="Interval"/>, dead after <paramref name="Probes"/>. Whole seconds.</summary>
    public sealed record KeepAlive(TimeSpan Idle, TimeSpan Interval, int Probes);
}
