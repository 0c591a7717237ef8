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
    private readonly Seed _seed;
    private StreamEngine? _engine;

    private ConnectionActor(Seed seed) => _seed = seed;

    /// <summary>All a connection is born with; it owns the socket from here on.</summary>
    /// <param name="Sockets">What the node shares.</param>
    /// <param name="Socket">Connected.</param>
    /// <param name="Record">Its face in the table.</param>
    /// <param name="Counters">Of its endpoint.</param>
    /// <param name="Protocol">What the bytes mean.</param>
    /// <param name="Overflow">What happens to a slow consumer.</param>
    /// <param name="PendingBytes">Null: the node's own bound.</param>
    /// <param name="Hold">How long it may hold its sources; null: the node's own.</param>
    internal sealed record Seed(SocketContext Sockets, Socket Socket, ConnectionRecord Record, EndpointCounters Counters,
        IConnectionProtocol Protocol, OverflowPolicy Overflow, long? PendingBytes = null, TimeSpan? Hold = null);

    public static Props Props(Seed seed) => Produce.Props(() => new ConnectionActor(seed));

    protected override void PreStart()
    {
        _seed.Counters.Opened();
        Self.Tell(Start.Instance);
    }

    protected override void PostStop()
    {
        _seed.Counters.Closed();
        if (_engine is null)
            _seed.Socket.Dispose();
        _engine?.Dispose();
    }

    protected override void OnReceive(object message)
    {
        try
        {
            // Whoever made this actor may speak before its own Start has come: the first message opens, whatever it is.
            var engine = _engine ?? Open();
            if (message is not Start && !engine.Handle(message))
                Unhandled(message);
        }
        catch (Exception) when (_engine?.MarkCrashed() ?? false)
        {
            throw;
        }
    }

    private StreamEngine Open()
    {
        _engine = new StreamEngine(_seed.Socket, Context, _seed.Sockets, _seed.Protocol, _seed.Record, _seed.Overflow, _seed.PendingBytes, _seed.Hold);
        _engine.Start();
        return _engine;
    }

    private sealed class Start : IReapable
    {
        public static readonly Start Instance = new();
    }
}
