namespace Anode.Faults;

/// <summary><c>loss</c>: the frame is gone.</summary>
internal sealed record Loss : FrameShape
{
    public override Stage Begin(StageContext context) => new Hole(context);

    private sealed class Hole(StageContext context) : FrameStage(context)
    {
        protected override void OnHit(in Piece frame) => Context.Pipe.Lose(frame, Fault);
    }
}
