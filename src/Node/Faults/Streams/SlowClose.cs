namespace Anode.Faults;

/// <summary><c>slow-close</c>: bytes pass; the end of the stream comes later.</summary>
internal sealed record SlowClose(TimeSpan Delay) : StreamShape
{
    public static SlowClose Read(FaultFields fields) => new(fields.Duration("delay", TimeSpan.FromSeconds(1)));

    public override Stage Begin(StageContext context) => new Linger(context, Delay);

    private sealed class Linger(StageContext context, TimeSpan delay) : Stage(context)
    {
        public override void On(in Piece piece)
        {
            if (piece.IsEnd)
                PassAt(piece, piece.At + Ticks(delay));
            else
                Pass(piece);
        }
    }
}
