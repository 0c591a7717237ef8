using System.Collections.Concurrent;
using Akka.Actor;
using Anode.Cluster.Membership;

namespace Anode.Cluster;

/// <summary>This node's part in the cluster, as the rest of the node sees it: the actors write, any thread reads.</summary>
internal sealed class ClusterNode(ClusterSettings settings)
{
    private readonly TaskCompletionSource _up = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<ProcessId, bool> _goneProcesses = [];
    private volatile ClusterState _state = ClusterState.Nowhere;

    public ClusterSettings Settings => settings;

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

    /// <summary>Completes with a sentence when the others have put this node out: it can only come back as a new process.</summary>
    public Task<string> Gone => _gone.Task;

    public Props Props() => MembershipActor.Props(this);

    /// <summary>The process behind this address is certainly gone: nothing of it is waited for.</summary>
    public void NoteGone(ProcessId process) => _goneProcesses[process] = true;

    public bool IsCertainlyGone(ProcessId process) => _goneProcesses.ContainsKey(process);

    public void PutOut(string why) => _gone.TrySetResult(why);

    /// <summary>Leaves in good order, so that nobody waits for this node; returns when the others know it, or after so long.</summary>
    public async Task LeaveAsync(ActorSystem system, TimeSpan patience)
    {
        if (_gone.Task.IsCompleted || State.Members.Count < 2)
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
