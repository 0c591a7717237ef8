using System.Collections.Concurrent;
using Akka.Actor;
using Anode.Messages;

namespace Anode.Sockets;

/// <summary>The declared endpoints of a node as anyone may see them: their last known status, totals, and where to send commands.</summary>
internal sealed class EndpointDirectory
{
    private readonly ConcurrentDictionary<string, EndpointEntry> _entries = new(StringComparer.Ordinal);
    private int _order;

    /// <summary>In the order of declaration.</summary>
    public IEnumerable<EndpointEntry> All => _entries.Values.OrderBy(entry => entry.Order);

    public EndpointEntry? Find(string name) => _entries.GetValueOrDefault(name);

    public EndpointEntry Declare(EndpointSpec spec) => _entries.GetOrAdd(spec.Name, _ => new EndpointEntry(spec, Interlocked.Increment(ref _order)));

    public void Forget(string name) => _entries.TryRemove(name, out _);
}

/// <summary>One endpoint in the directory.</summary>
internal sealed class EndpointEntry(EndpointSpec spec, int order)
{
    public EndpointSpec Spec => spec;

    public int Order => order;

    public EndpointCounters Counters { get; } = new();

    /// <summary>The guard of the current incarnation; null before the first.</summary>
    public IActorRef? Guard { get; set; }

    /// <summary>Times the guard itself had to be made anew.</summary>
    public int GuardRestarts { get; set; }

    /// <summary>Of an endpoint that moves: which node has it, and by which grant; null: nobody, or nobody knows.</summary>
    public EndpointPlace? Place { get; set; }

    /// <summary>Of an endpoint that moves: it is this node's.</summary>
    public bool IsTaken { get; set; }

    /// <summary>As last published by the guard; null before it has said anything.</summary>
    public Endpoint.Status? Status { get; set; }
}

/// <summary>Who has an endpoint that moves.</summary>
internal sealed record EndpointPlace(string Owner, string Epoch);
