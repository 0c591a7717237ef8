using System.Collections.Concurrent;
using Akka.Actor;
using Anode.Cluster.Membership;
using Anode.Cluster.Placement;
using Anode.Cluster.Wire;
using Anode.Messages;
using Anode.Sockets;

namespace Anode.Cluster;

/// <summary>This node's part in the cluster, as the rest of the node sees it: the actors write, any thread reads.</summary>
internal sealed class ClusterNode(ClusterSettings settings)
{
    private static readonly TimeSpan MoveTimeout = TimeSpan.FromSeconds(6);

    private readonly TaskCompletionSource _up = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<ProcessId, bool> _goneProcesses = [];
    private volatile ClusterState _state = ClusterState.Nowhere;

    private volatile bool _outcast;
    private volatile DirectorAt? _director;
    private volatile IReadOnlyList<Placed> _placements = [];

    public ClusterSettings Settings => settings;

    public PlacementTimes Times => PlacementTimes.Default;

    /// <summary>Supervises the endpoints; set when the tree stands.</summary>
    public IActorRef? Endpoints { get; set; }

    /// <summary>Those of this node's endpoints that move.</summary>
    public IReadOnlyList<EndpointEntry> Movable { get; set; } = [];

    /// <summary>What this node had, and when.</summary>
    public OwnershipLog History { get; } = new();

    /// <summary>Whom this node's host heeds; null: nobody yet.</summary>
    public DirectorAt? Director
    {
        get => _director;
        set => _director = value;
    }

    /// <summary>Who has what, as the director last said.</summary>
    public IReadOnlyList<Placed> Placements
    {
        get => _placements;
        set => _placements = value;
    }

    /// <summary>Null: nothing cuts this node off but the network itself.</summary>
    public IClusterCut? Cut { get; init; }

    /// <summary>Told who the members are; null: nobody is.</summary>
    public IMemberWatcher? Watcher { get; set; }

    /// <summary>This node's bound listeners that clients of any member may be sent to.</summary>
    public Func<IReadOnlyList<Door>> Doors { get; set; } = () => [];

    public ClusterState State
    {
        get => _state;
        set
        {
            _state = value;
            if (value.IsUp)
                _up.TrySetResult();
        }
    }

    /// <summary>Completes when this node has been let in.</summary>
    public Task Up => _up.Task;

    /// <summary>The others have put this node out. What does not move goes on here, until there is somebody to come back to.</summary>
    public bool IsOutcast
    {
        get => _outcast;
        set => _outcast = value;
    }

    /// <summary>Completes with a sentence when a node that was put out finds the others within reach again: it can only come back as a new process.</summary>
    public Task<string> Gone => _gone.Task;

    public Props Props() => MembershipActor.Props(this);

    /// <summary>Null: there is no other member of that name.</summary>
    public NetAddress? AddressOf(string name) =>
        State.Members.FirstOrDefault(member => member.Name == name && !member.IsSelf) is { } member ? NetAddress.Parse($"tcp://{member.Address}") : null;

    /// <summary>The process behind this address is certainly gone: nothing of it is waited for.</summary>
    /// <returns>It is news.</returns>
    public bool NoteGone(ProcessId process) => _goneProcesses.TryAdd(process, true);

    public bool IsCertainlyGone(ProcessId process) => _goneProcesses.ContainsKey(process);

    public void ComeBack(string why) => _gone.TrySetResult(why);

    /// <summary>Has an endpoint moved; null: it has been, otherwise why not.</summary>
    public async Task<string?> MoveAsync(string endpoint, string to, CancellationToken cancellation)
    {
        if (_director is not { } director)
            return "there is no director yet";
        try
        {
            return (await director.Actor.Ask<Moved>(new Move(endpoint, to), MoveTimeout, cancellation)).Why;
        }
        catch (AskTimeoutException)
        {
            return $"the director at {director.Address} did not answer within {MoveTimeout.TotalSeconds} s";
        }
    }

    /// <summary>Lets others take over what this node has, and returns when they may; after so long it is closed in any case.</summary>
    public async Task HandOverAsync(ActorSystem system, TimeSpan patience)
    {
        var host = system.ActorSelection(MembershipActor.Path + "/host");
        try
        {
            await host.Ask<HostActor.HandedOver>(new HostActor.HandOver(), patience);
        }
        catch (AskTimeoutException)
        {
            host.Tell(new HostActor.CloseAll("nobody took over while this node left"));
        }
    }

    /// <summary>Leaves in good order, so that nobody waits for this node; returns when the others know it, or after so long.</summary>
    public async Task LeaveAsync(ActorSystem system, TimeSpan patience)
    {
        if (_outcast || State.Members.Count < 2)
            return; // nobody to say it to
        using var deadline = new CancellationTokenSource(patience);
        try
        {
            await Akka.Cluster.Cluster.Get(system).LeaveAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            // They will find out by themselves.
        }
    }
}

/// <summary>Who directs.</summary>
/// <param name="Address">HOST:PORT of the member.</param>
/// <param name="Term">Grows with each.</param>
/// <param name="Actor">Takes <see cref="Move"/>.</param>
internal sealed record DirectorAt(string Address, long Term, IActorRef Actor);
