namespace Anode.Faults;

/// <summary><c>actor-stop</c>: the actor ends, as if its supervisor had stopped it.</summary>
internal sealed record ActorStop : ActorShape
{
    public override IUndo Begin(ActorFaultContext context)
    {
        context.Fault.Tally.Hit();
        context.Actor.Stop();
        return NothingToUndo.Instance;
    }
}
