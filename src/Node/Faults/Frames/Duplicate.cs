namespace Anode.Faults;

/// <summary><c>duplicate</c>: the frame comes twice in a row.</summary>
internal sealed record Duplicate : FrameShape
{
    public override Stage Begin(StageContext context) => new Copier(context);

    private sealed class Copier(StageContext context) : FrameStage(context)
    {
        protected override void OnHit(in Piece frame)
        {
            Tally.CountChanged(frame, ChargeKind.Doubled);
            Pass(frame with { Trailer = Context.Pipe.IsDatagram ? frame.Trailer : null });
            Pass(frame);
        }
    }
}
