using System.Collections.Concurrent;
using Akka.Actor;

namespace Anode.Sockets;

/// <summary>Bounds and time-outs of every socket of a node; see <c>hocon.conf</c> for the reasons behind the values.</summary>
public sealed record SocketSettings
{
    /// <summary>Bound of all pooled memory of the node, in bytes.</summary>
    public long BufferBytes { get; init; } = 512L * 1024 * 1024;

    /// <summary>How many receive slabs one connection may have out at a time.</summary>
    public int SlabsPerSource { get; init; } = 4;

    /// <summary>Largest receive slab; a single frame may still need more.</summary>
    public int MaxSlabBytes { get; init; } = 256 * 1024;

    /// <summary>Bound of what is pending for one connection, in bytes.</summary>
    public long PendingBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>How long a destination may hold its sources' slabs before its backlog is moved to memory of its own.</summary>
    public TimeSpan SlowConsumerHold { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>A send that makes no progress for so long ends the connection as a slow consumer.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a reader may wait for memory before its connection ends with <c>out-of-buffers</c>.</summary>
    public TimeSpan BufferWait { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long closing may take to send what is queued.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Time for one connect over all addresses.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>First pause after accept ran out of descriptors or memory; doubles up to <see cref="ShortageMax"/>.</summary>
    public TimeSpan ShortageMin { get; init; } = TimeSpan.FromMilliseconds(100);

    public TimeSpan ShortageMax { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How many closed connections stay listed.</summary>
    public int ClosedHistory { get; init; } = 10_000;

    /// <summary>How owners of sockets learn that their sockets are ready.</summary>
    public DriverKind Driver { get; init; } = DriverKind.Auto;

    /// <summary>Threads of <see cref="DriverKind.Epoll"/>; 0: as many as there are processors.</summary>
    public int Loops { get; init; }

    /// <summary>How long a loop looks for more before it sleeps; zero: not at all.</summary>
    public TimeSpan Spin { get; init; }

    /// <summary>From accept or connect to a finished TLS handshake.</summary>
    public TimeSpan TlsHandshake { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>TLS handshakes that peers may have under way at a time.</summary>
    public int TlsHandshakes { get; init; } = 256;

    /// <summary>How long a dialer waits before it shows up again where TLS was refused.</summary>
    public TimeSpan TlsRefusedPause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Sessions one datagram endpoint may have.</summary>
    public int SessionsPerSocket { get; init; } = 10_000;
}

/// <summary>What all socket actors of one node share: bounds, memory, the table of connections.</summary>
internal sealed class SocketContext(SocketSettings settings)
{
    public SocketSettings Settings => settings;

    public SocketDriver Driver { get; } = new(settings);

    private readonly ConcurrentDictionary<Place, Props> _connections = new();

    /// <summary>The recipe for one more connection, in the next place; there is one for each place.</summary>
    public Props NextConnection(ActorSystem system) =>
        _connections.GetOrAdd(Driver.NextConnection(system), static (place, system) => place.Of(ConnectionActor.Props(system)), system);

    /// <summary>The places for those who shake hands.</summary>
    public HandshakeGate Handshakes { get; } = new(settings.TlsHandshakes);

    public SlabPool Pool { get; } = new(settings.BufferBytes);

    public ConnectionTable Connections { get; } = new(settings.ClosedHistory);

    /// <summary>Null: nobody wants to see what is left out.</summary>
    public IDropWitness? DropWitness { get; set; }

    /// <summary>Null: no faults are injected on this node.</summary>
    public IFaultSeams? Faults { get; set; }
}
