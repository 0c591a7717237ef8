using System.Net.Sockets;
using Akka.Actor;
using Anode.Messages;

namespace Anode.Sockets;

/// <summary>
/// What an endpoint's parts say to each other: its guard, the owner of its socket and the supervisor of its connections. Every
/// message about a socket names the incarnation that sent it; a stale one is dropped. All are reapable: any of them may find its
/// addressee ended, and that is no news.
/// </summary>
internal static class Serving
{
    /// <summary>From the socket's owner: serving at this address; null from a dialer whose connection is older than itself.</summary>
    public sealed record Up(int Incarnation, NetAddress? Local) : IReapable;

    /// <summary>From the socket's owner, before it stops: it could not even begin.</summary>
    public sealed record CannotBind(int Incarnation, int Errno, string Text) : IReapable;

    /// <summary>From the socket's owner: a shortage, healed by waiting.</summary>
    public sealed record Short(int Incarnation, int Errno, TimeSpan Pause) : IReapable;

    /// <summary>From a listener or dialer to the connections' supervisor: how many may I take?</summary>
    public sealed record GetCredit(int Incarnation) : IReapable;

    /// <summary>So many more connections, for who asked in this incarnation; not before the time the last peer asked for.</summary>
    /// <param name="Why">More of why the last one ended, as a sentence, where there is more to say.</param>
    public sealed record Credit(int Incarnation, long Connections, TimeSpan? After = null, string? Why = null) : IReapable;

    /// <summary>An accepted socket on its way to its own actor; if that way is gone, it is closed.</summary>
    public sealed record Adopt(Socket Socket) : IReapable
    {
        public void Reap() => Socket.Dispose();
    }

    /// <summary>From a dialer: not connected; it dials again by itself.</summary>
    public sealed record Down(int Incarnation, int Errno, string Text, int Attempts, DateTimeOffset NextAttemptAt) : IReapable;

    /// <summary>End all connections with this reason, in good order.</summary>
    public sealed record EndAll(CloseReason Reason) : IReapable;

    /// <summary>From the guard after <see cref="EndAll"/>: the endpoint is wanted again, take connections as before.</summary>
    public sealed record Reopened : IReapable;

    /// <summary>From the connections' supervisor to the guard, once asked: none is left.</summary>
    public sealed record Empty : IReapable;

    /// <summary>To a datagram endpoint's sessions: this actor owns the socket now; null while there is none.</summary>
    public sealed record Socketed(IActorRef? Socket, NetAddress? Local) : IReapable;
}
