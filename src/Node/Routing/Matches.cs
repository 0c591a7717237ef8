namespace Anode.Routing;

/// <summary>The answer to one match; kept by its owner and filled again and again, so that matching does not allocate.</summary>
/// <remarks>It holds on to what it was last filled with: an owner that goes idle clears it.</remarks>
internal sealed class Matches
{
    /// <summary>Each of these gets the message. A subscriber with several matching filters is in it several times.</summary>
    public List<Subscription> Plain { get; } = [];

    /// <summary>One member of each of these gets the message. No two have the same name.</summary>
    public List<QueueGroup> Queues { get; } = [];

    public bool IsEmpty => Plain.Count == 0 && Queues.Count == 0;

    public void Clear()
    {
        Plain.Clear();
        Queues.Clear();
    }

    /// <summary>Adds a group, merged with one of the same name that came by way of another filter.</summary>
    /// <remarks>
    /// nats-server does the same (server/sublist.go: <c>addNodeToResults</c> appends to the list <c>findQSlot</c> finds by
    /// name alone), so workers that subscribe to <c>job.*</c> and <c>job.&gt;</c> as one group get a message once, not twice.
    /// Only such a merge allocates. The search is linear, there as here: a subject seldom has more than a few groups.
    /// </remarks>
    internal void Add(QueueGroup group)
    {
        for (var i = 0; i < Queues.Count; i++)
        {
            if (!Queues[i].IsNamed(group.Name))
                continue;
            Queues[i] = new QueueGroup(group.Name, Queues[i].Members.AddRange(group.Members));
            return;
        }

        Queues.Add(group);
    }
}
