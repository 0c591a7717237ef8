namespace Anode.Faults;

/// <summary>A stage that has to do with whole frames: each is hit or not, by the dice; what is no frame passes.</summary>
internal abstract class FrameStage(StageContext context) : Stage(context)
{
    public sealed override bool WantsFrames => true;

    public sealed override void On(in Piece piece)
    {
        if (piece.IsFrame && Dice.Hits(Fault.Spec.Probability))
            OnHit(piece);
        else
            OnMissed(piece);
    }

    protected abstract void OnHit(in Piece frame);

    protected virtual void OnMissed(in Piece piece) => Pass(piece);
}
