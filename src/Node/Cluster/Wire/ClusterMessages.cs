using Anode.Cluster.Placement;
using Anode.Messages;

namespace Anode.Cluster.Wire;

/// <summary>What members say to each other; all of it travels.</summary>
internal interface IClusterMessage;

/// <summary>Who I am: to every member, again when it changes, until it has been answered.</summary>
/// <param name="Uid">Akka's number of the process, so that nobody takes a former one for this.</param>
/// <param name="Answer">The sender has not had the receiver's yet.</param>
/// <param name="Votes">Members that count, as the sender sees it, if it is one.</param>
internal sealed record Hello(
    int Uid, string Name, long Incarnation, NetAddress? Link, bool Voter, IReadOnlyList<Door> Doors, bool Answer, int Votes) : IClusterMessage;

/// <summary>At the address of this member nothing listens any more: I tried.</summary>
internal sealed record Refused(string Address, int Uid) : IClusterMessage;

/// <summary>An endpoint that a host has.</summary>
internal sealed record Held(string Endpoint, Epoch Epoch);

/// <summary>From who wants to direct, to every host: promise to heed nobody of an earlier term. → <see cref="Promise"/> or <see cref="Denied"/>.</summary>
/// <param name="Uid">Of the sender's process, as in all of these.</param>
/// <param name="At">By the sender's clock.</param>
internal sealed record Claim(long Term, int Uid, long At) : IClusterMessage;

/// <summary>So be it; and this is what I have and can have.</summary>
/// <param name="Seq">Of the last <see cref="Assign"/> of this term; 0: none yet.</param>
/// <param name="At">By the sender's clock: from then on a lease would count.</param>
/// <param name="Echo">The claim's <see cref="Claim.At"/>.</param>
internal sealed record Promise(
    long Term, int Uid, long Seq, long At, long Echo, string Node, IReadOnlyList<string> Roles, bool Takes, IReadOnlyList<Declared> Declared,
    IReadOnlyList<Held> Held) : IClusterMessage;

/// <summary>I have promised a later term.</summary>
internal sealed record Denied(long Term) : IClusterMessage;

/// <summary>From a host, twice a second and whenever something has changed: this is what I have; may I go on? → <see cref="Assign"/>.</summary>
/// <param name="Seq">Of the last <see cref="Assign"/>.</param>
/// <param name="At">By the sender's clock.</param>
/// <param name="Echo">The last <see cref="Assign.At"/>.</param>
/// <param name="Takes">False: take away what I have, I am leaving.</param>
/// <param name="Table">Version of the last <see cref="Placements"/>.</param>
internal sealed record Report(long Term, int Uid, long Seq, long At, long Echo, bool Takes, long Table, IReadOnlyList<Held> Held) : IClusterMessage;

/// <summary>From the director to a host: all that it is to have.</summary>
/// <param name="Seq">Grows with every change.</param>
/// <param name="At">By the sender's clock.</param>
/// <param name="Echo">The <see cref="Report.At"/> that this answers, from which the host's lease counts anew; 0: no answer, no lease.</param>
internal sealed record Assign(long Term, int Uid, long Seq, long At, long Echo, IReadOnlyList<Held> Wanted) : IClusterMessage;

/// <summary>An endpoint and the node it was given to.</summary>
internal sealed record Placed(string Endpoint, string Node, Epoch Epoch);

/// <summary>From the director to every host when it has changed: who has what, for operators to see.</summary>
internal sealed record Placements(long Term, long Version, IReadOnlyList<Placed> Entries) : IClusterMessage;

/// <summary>To the director, from an operator: let that node have it. → <see cref="Moved"/>, once it has.</summary>
internal sealed record Move(string Endpoint, string Node) : IClusterMessage;

/// <param name="Why">Null: done.</param>
internal sealed record Moved(string? Why) : IClusterMessage;
