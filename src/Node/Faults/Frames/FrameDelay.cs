namespace Anode.Faults;

/// <summary><c>frame-delay</c>: each frame has its own delay, and may be overtaken by one with a shorter.</summary>
internal sealed record FrameDelay(Delay Delay) : FrameShape
{
    public static FrameDelay Read(FaultFields fields) => new(Delay.Read(fields));

    public override Stage Begin(StageContext context) => new Late(context, Delay);

    private sealed class Late(StageContext context, Delay delay) : FrameStage(context)
    {
        protected override void OnHit(in Piece frame) => PassAt(frame, frame.At + Ticks(delay.Draw(Dice)));
    }
}
