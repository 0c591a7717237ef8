using System.Net.Sockets;
using Anode.Messages;

namespace Anode.Sockets;

/// <summary>What to do about an error that <c>accept</c> gave.</summary>
internal enum AcceptVerdict
{
    /// <summary>The peer went away between handshake and accept: take the next one.</summary>
    PeersFault,
    /// <summary>Descriptors, memory or buffers are short: wait, doubling.</summary>
    Shortage,
    /// <summary>The listening socket itself is no use any more: reopen.</summary>
    SocketDead,
}

/// <summary>Pure tables: what each errno is called, and what it asks for.</summary>
internal static class SocketErrors
{
    public const int EINTR = 4, EBADF = 9, ENOMEM = 12, EACCES = 13, EINVAL = 22, ENFILE = 23, EMFILE = 24, EPIPE = 32,
        ENOTSOCK = 88, EDESTADDRREQ = 89, EMSGSIZE = 90, EPROTOTYPE = 91, EPROTONOSUPPORT = 93, ESOCKTNOSUPPORT = 94,
        EOPNOTSUPP = 95, EAFNOSUPPORT = 97, EADDRINUSE = 98, EADDRNOTAVAIL = 99, ECONNABORTED = 103, ECONNRESET = 104,
        ENOBUFS = 105, EISCONN = 106, ENOTCONN = 107, ETIMEDOUT = 110, ECONNREFUSED = 111, EALREADY = 114, ENOENT = 2,
        ENXIO = 6, EPERM = 1, EAGAIN = 11, ENETUNREACH = 101, EHOSTUNREACH = 113, ECANCELED = 125, ENAMETOOLONG = 36, EEXIST = 17, EPROTO = 71;

    private static readonly Dictionary<int, (string Name, string Text)> Table = new()
    {
        [EPERM] = ("EPERM", "operation not permitted"),
        [ENOENT] = ("ENOENT", "no such file or directory"),
        [EINTR] = ("EINTR", "interrupted"),
        [ENXIO] = ("ENXIO", "host not found"),
        [EAGAIN] = ("EAGAIN", "the receiver's queue is full"),
        [EBADF] = ("EBADF", "the socket is closed"),
        [ENOMEM] = ("ENOMEM", "out of memory"),
        [EACCES] = ("EACCES", "permission denied"),
        [EEXIST] = ("EEXIST", "file exists and is not a socket"),
        [EINVAL] = ("EINVAL", "invalid argument"),
        [ENFILE] = ("ENFILE", "the system is out of descriptors"),
        [EMFILE] = ("EMFILE", "the process is out of descriptors"),
        [EPIPE] = ("EPIPE", "broken pipe"),
        [ENAMETOOLONG] = ("ENAMETOOLONG", "address too long"),
        [EPROTO] = ("EPROTO", "protocol error"),
        [ENOTSOCK] = ("ENOTSOCK", "not a socket"),
        [EDESTADDRREQ] = ("EDESTADDRREQ", "destination address required"),
        [EMSGSIZE] = ("EMSGSIZE", "message too long for one datagram"),
        [EPROTOTYPE] = ("EPROTOTYPE", "wrong socket type for this address"),
        [EPROTONOSUPPORT] = ("EPROTONOSUPPORT", "protocol not supported"),
        [ESOCKTNOSUPPORT] = ("ESOCKTNOSUPPORT", "socket type not supported"),
        [EOPNOTSUPP] = ("EOPNOTSUPP", "operation not supported on this socket"),
        [EAFNOSUPPORT] = ("EAFNOSUPPORT", "address family not supported"),
        [EADDRINUSE] = ("EADDRINUSE", "address already in use"),
        [EADDRNOTAVAIL] = ("EADDRNOTAVAIL", "address not available on this machine"),
        [ENETUNREACH] = ("ENETUNREACH", "network unreachable"),
        [ECONNABORTED] = ("ECONNABORTED", "connection aborted"),
        [ECONNRESET] = ("ECONNRESET", "connection reset by peer"),
        [ENOBUFS] = ("ENOBUFS", "no buffer space"),
        [EISCONN] = ("EISCONN", "already connected"),
        [ENOTCONN] = ("ENOTCONN", "not connected"),
        [ETIMEDOUT] = ("ETIMEDOUT", "timed out"),
        [ECONNREFUSED] = ("ECONNREFUSED", "connection refused"),
        [EHOSTUNREACH] = ("EHOSTUNREACH", "host unreachable"),
        [EALREADY] = ("EALREADY", "already in progress"),
        [ECANCELED] = ("ECANCELED", "canceled"),
    };

    public static string NameOf(int errno) => Table.TryGetValue(errno, out var row) ? row.Name : $"E{errno}";

    public static string TextOf(int errno) => Table.TryGetValue(errno, out var row) ? row.Text : $"errno {errno}";

    /// <summary>Linux's number for what the runtime reports; the runtime keeps the table, we only ask it.</summary>
    public static int ErrnoOf(SocketError error) => error switch
    {
        SocketError.Success => 0,
        SocketError.OperationAborted => ECANCELED,
        // The runtime has one word for EMFILE and ENFILE, and gives back the rarer one.
        SocketError.TooManyOpenSockets => EMFILE,
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain or SocketError.NoRecovery => ENXIO,
        _ => new SocketException((int)error).NativeErrorCode,
    };

    public static int ErrnoOf(Exception exception) => exception switch
    {
        SocketException socket => ErrnoOf(socket.SocketErrorCode),
        BindException bind => bind.Errno,
        EndpointLostException lost => lost.Errno,
        ObjectDisposedException => EBADF,
        UnauthorizedAccessException => EACCES,
        NotSupportedException => EOPNOTSUPP,
        ArgumentException => EINVAL,
        InvalidOperationException => EINVAL,
        _ => 0,
    };

    /// <summary>The runtime reports a path that does not exist as an address not available, which a Unix address always is.</summary>
    public static int ErrnoOf(Exception exception, NetAddress address) => Precisely(ErrnoOf(exception), address);

    /// <inheritdoc cref="ErrnoOf(Exception, NetAddress)"/>
    public static int Precisely(int errno, NetAddress address) => errno == EADDRNOTAVAIL && address.IsUnix ? ENOENT : errno;

    public static Sock.CommandFailed Failed(Sock.ICommand command, int errno, string? about = null) =>
        new(command, errno, NameOf(errno), about is null ? TextOf(errno) : $"{TextOf(errno)}: {about}");

    public static AcceptVerdict OnAccept(int errno) => errno switch
    {
        EMFILE or ENFILE or ENOMEM or ENOBUFS => AcceptVerdict.Shortage,
        // EPERM is a firewall's answer for one peer (accept(2)); EINVAL means the socket no longer listens.
        EBADF or ENOTSOCK or EINVAL or EOPNOTSUPP or ECANCELED => AcceptVerdict.SocketDead,
        _ => AcceptVerdict.PeersFault,
    };

    /// <summary>Bind errors that time may heal; all others want a person.</summary>
    public static bool MayPass(int errno) =>
        errno is EADDRINUSE or EADDRNOTAVAIL or EMFILE or ENFILE or ENOMEM or ENOBUFS or ENXIO or EINTR or ECONNREFUSED
            or ETIMEDOUT or EHOSTUNREACH or ENETUNREACH or ECONNRESET or ECONNABORTED or ECANCELED;

    /// <summary>The name of the ending behind a failed read or write.</summary>
    public static CloseReason OnStream(int errno) => errno switch
    {
        ECONNRESET or EPIPE or ECONNABORTED => CloseReason.PeerReset,
        ETIMEDOUT or EHOSTUNREACH or ENETUNREACH => CloseReason.TimedOut,
        _ => CloseReason.SocketError,
    };
}
