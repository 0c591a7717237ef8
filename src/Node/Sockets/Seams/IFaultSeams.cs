using Akka.Actor;

namespace Anode.Sockets;

/// <summary>
/// Where faults can be injected. Sockets' owners ask it when they begin and whenever they are told <see cref="FaultsChanged"/>; a node that injects none
/// has no such object, and an owner whom none concerns has no seam: what is left of it on the way of the bytes is one comparison with null.
/// </summary>
internal interface IFaultSeams
{
    /// <summary>Between a stream socket and its protocol. Null: no fault concerns this connection now.</summary>
    IStreamSeam? Of(IStreamSeamHost connection);

    /// <summary>Between a datagram socket and its sessions. Null: as above.</summary>
    IDatagramSeam? Of(IDatagramSeamHost socket);

    /// <summary>Of one accept on this endpoint; the default: none.</summary>
    AcceptFault OnAccept(string endpoint);
}

/// <summary>What becomes of an accepted connection.</summary>
/// <param name="Refused">It is reset.</param>
/// <param name="Errno">As if the kernel had said so; 0: it did not.</param>
/// <param name="Hold">The accept takes its time; null: it is done.</param>
internal readonly record struct AcceptFault(bool Refused = false, int Errno = 0, IAcceptHold? Hold = null);

/// <summary>An accept that takes its time.</summary>
internal interface IAcceptHold
{
    /// <summary>The message is sent to the actor when it is done, and again if the fault ends before: the first one counts.</summary>
    void Begin(IActorRef owner, object message);

    void Done();
}

/// <summary>Faults have begun or ended: whom they may concern asks <see cref="IFaultSeams"/> again.</summary>
internal sealed class FaultsChanged : IReapable
{
    public static readonly FaultsChanged Instance = new();
}

/// <summary>To an actor that is to fail, as by a bug of its own.</summary>
internal sealed class Sabotage : IReapable
{
    public static readonly Sabotage Instance = new();

    public static Exception Exception => new SabotageException();

    private sealed class SabotageException() : Exception("a fault was injected: the actor fails");
}

/// <summary>What a seam tells itself by way of its owner's mailbox.</summary>
internal abstract class SeamSignal : IReapable
{
    /// <summary>On the owner's turn.</summary>
    public abstract void Run();
}
