namespace Anode.Routing;

/// <summary>
/// Whoever a message can be delivered to: a connection, a link, a service of the node. Each protocol derives its own and
/// keeps there what delivery needs.
/// </summary>
/// <remarks>
/// Nearly empty on purpose: routing decides who gets a message, never how it gets there. A subscriber's identity is its reference.
/// </remarks>
internal abstract class Subscriber
{
    /// <summary>It is not of this node: a queue group prefers those that are.</summary>
    public virtual bool IsRemote => false;
}
