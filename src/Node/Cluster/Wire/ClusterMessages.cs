using Anode.Messages;

namespace Anode.Cluster.Wire;

/// <summary>What members say to each other; all of it travels.</summary>
internal interface IClusterMessage;

/// <summary>Who I am: to every member, again when it changes, until it has been answered.</summary>
/// <param name="Uid">Akka's number of the process, so that nobody takes a former one for this.</param>
/// <param name="Answer">The sender has not had the receiver's yet.</param>
internal sealed record Hello(
    int Uid, string Name, long Incarnation, NetAddress? Link, bool Voter, IReadOnlyList<Door> Doors, bool Answer) : IClusterMessage;

/// <summary>At the address of this member nothing listens any more: I tried.</summary>
internal sealed record Refused(string Address, int Uid) : IClusterMessage;
