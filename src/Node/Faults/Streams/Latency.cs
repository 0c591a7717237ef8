namespace Anode.Faults;

/// <summary><c>latency</c>: what comes, leaves later; in order, so a short delay waits for a long one before it.</summary>
internal sealed record Latency(Delay Delay) : StreamShape
{
    public static Latency Read(FaultFields fields) => new(Delay.Read(fields));

    public override Stage Begin(StageContext context) => new Late(context, Delay);

    private sealed class Late(StageContext context, Delay delay) : Stage(context)
    {
        public override void On(in Piece piece) => PassAt(piece, piece.At == Piece.Never ? Piece.Never : piece.At + Ticks(delay.Draw(Dice)));
    }
}
