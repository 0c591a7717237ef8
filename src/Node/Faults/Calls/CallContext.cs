namespace Anode.Faults;

/// <summary>What a fault of calls has to do with, for one connection; on its owner's turn.</summary>
/// <param name="After">Runs something later on that turn.</param>
/// <param name="TryAgain">A call that could not be made may be made now.</param>
internal sealed record CallContext(ActiveFault Fault, Dice Dice, Action<TimeSpan, Action> After, Action TryAgain)
{
    /// <summary>This call is one of those the fault is for.</summary>
    public bool Hits() => Fault.Ended is null && Dice.Hits(Fault.Spec.Probability);
}
