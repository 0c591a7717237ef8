using System.Net.Sockets;
using Akka.Actor;

namespace Anode.Sockets;

/// <summary>Readiness from the loop that the socket's owner runs on; so everything here happens on one thread, and nothing is locked.</summary>
/// <remarks>
/// Registered once, edge-triggered, for reading and writing alike: one <c>epoll_ctl</c> in the life of a connection, where
/// <c>EPOLLONESHOT</c> takes one for every wait, and level-triggering would spin for as long as an owner without credit lets bytes lie. The price is that an edge is told
/// once: only a read or write that has emptied or filled the socket may wait for the next.
/// </remarks>
internal sealed class LoopReadiness(LoopThread loop, Socket socket, IActorRef owner, ulong token) : Readiness
{
    public const uint Interest = Libc.EPOLLIN | Libc.EPOLLOUT | Libc.EPOLLRDHUP | Libc.EPOLLET;
    private const uint Ended = Libc.EPOLLRDHUP | Libc.EPOLLHUP;

    // A Unix peer may pass descriptors with its bytes, and a read ends where they were attached.
    private readonly bool _shortReadMeansEmpty = socket is not { AddressFamily: AddressFamily.Unix, SocketType: SocketType.Stream };
    private Ready _awaited;
    private Ready _ready;
    private bool _edge;
    private bool _ended;

    public ulong Token => token;

    public Socket Socket => socket;

    /// <remarks>The FIN may have come with the last bytes, in one edge; a short read does not show it, and no other edge will.</remarks>
    public override bool IsEmptied(int count, int asked)
    {
        if (count == 0)
            _ended = false;
        if (count == asked || (count > 0 && !_shortReadMeansEmpty))
            return false;
        _edge = false;
        return true;
    }

    public override bool AwaitRead()
    {
        if (_edge || _ended)
            return true;
        _awaited |= Ready.ToRead;
        return false;
    }

    public override bool AwaitWrite(byte next)
    {
        _awaited |= Ready.ToWrite;
        return false;
    }

    public override Ready Take()
    {
        var ready = _ready;
        _ready = Ready.None;
        return ready;
    }

    public override void Dispose() => loop.Unwatch(this);

    /// <summary>From the loop.</summary>
    public void On(uint events)
    {
        if ((events & Ended) != 0)
            _ended = true;
        var happened = Ready.None;
        if ((events & (Libc.EPOLLIN | Libc.EPOLLERR | Ended)) != 0)
            happened |= Ready.ToRead;
        if ((events & (Libc.EPOLLOUT | Libc.EPOLLERR | Libc.EPOLLHUP)) != 0)
            happened |= Ready.ToWrite;
        // Nobody waits to read: the owner is busy with it, or has no credit. Whether it will have seen this, its next read shows.
        if ((happened & ~_awaited & Ready.ToRead) != 0)
            _edge = true;
        happened &= _awaited;
        if (happened == Ready.None)
            return;
        _awaited &= ~happened;
        var told = _ready != Ready.None;
        _ready |= happened;
        if (!told)
            owner.Tell(this, ActorRefs.NoSender);
    }
}
