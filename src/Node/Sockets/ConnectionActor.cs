using System.Net.Sockets;
using Akka.Actor;

namespace Anode.Sockets;

/// <summary>
/// Owns one connected stream socket and its <c>(conn, address)</c>, from accept or connect to the end.
/// </summary>
/// <remarks>
/// Never restarted: a dead socket means stop, and the peer comes back through the listener. Memory is bounded by the slabs of its
/// reader and the pending bound of its outlet.
/// </remarks>
internal sealed class ConnectionActor : UntypedActor
{
    private EndpointCounters? _counters;
    private Socket? _socket;
    private StreamEngine? _engine;

    /// <summary>All a connection begins with, and its first message, from who made it; the actor owns the socket from here on.</summary>
    /// <remarks>A message and not an argument, so that all connections share one recipe and an idle one keeps nothing of it.</remarks>
    /// <param name="Sockets">What the node shares.</param>
    /// <param name="Socket">Connected.</param>
    /// <param name="Record">Its face in the table.</param>
    /// <param name="Counters">Of its endpoint.</param>
    /// <param name="Protocol">What the bytes mean.</param>
    /// <param name="Overflow">What happens to a slow consumer.</param>
    /// <param name="PendingBytes">Null: the node's own bound.</param>
    /// <param name="Hold">How long it may hold its sources; null: the node's own.</param>
    /// <param name="Tls">Null: in clear.</param>
    /// <param name="Lease">Of an endpoint that moves: the right to send; null: it is nobody else's.</param>
    internal sealed record Seed(SocketContext Sockets, Socket Socket, ConnectionRecord Record, EndpointCounters Counters,
        IConnectionProtocol Protocol, OverflowPolicy Overflow, long? PendingBytes = null, TimeSpan? Hold = null, TlsTerms? Tls = null, Mobility? Lease = null) : IReapable
    {
        public void Reap() => Socket.Dispose();
    }

    /// <summary>One recipe for all; what makes a connection is its <see cref="Seed"/>.</summary>
    public static Props Props(ActorSystem system) => LeanMailbox.For(Produce.Props(() => new ConnectionActor()), system);

    /// <summary>A connection under this parent, which keeps the recipe.</summary>
    public static IActorRef Create(IActorContext parent, Props props, Seed seed)
    {
        var child = parent.ActorOf(props, $"conn-{seed.Record.Id}");
        child.Tell(seed);
        return child;
    }

    protected override void PostStop()
    {
        _counters?.Closed();
        if (_engine is null)
            _socket?.Dispose();
        _engine?.Dispose();
    }

    protected override void OnReceive(object message)
    {
        try
        {
            if (message is Seed seed)
                Open(seed);
            else if (_engine?.Handle(message) != true)
                Unhandled(message);
        }
        catch (Exception) when (_engine?.MarkCrashed() ?? false)
        {
            throw;
        }
    }

    private void Open(Seed seed)
    {
        (_socket, _counters) = (seed.Socket, seed.Counters);
        _counters.Opened();
        _engine = new StreamEngine(
            seed.Socket, Context, seed.Sockets, seed.Protocol, seed.Record, seed.Overflow, seed.PendingBytes, seed.Hold, seed.Tls, seed.Lease);
        _engine.Start();
    }
}
