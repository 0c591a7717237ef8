namespace Anode.Faults;

/// <summary>
/// <c>half-open</c> and <c>partition</c>: nothing passes, and nobody is told: as when a cable is pulled. A stream loses nothing by it, for its bytes are kept until
/// the fault ends, as TCP would send them again; datagrams are lost.
/// </summary>
/// <remarks>What is kept is bounded as ever: one who sends finds the window closed, one who is sent to becomes a slow consumer.</remarks>
internal sealed record HalfOpen : StreamShape
{
    public override Stage Begin(StageContext context) => new Dam(context);

    private sealed class Dam(StageContext context) : Stage(context)
    {
        public override void On(in Piece piece)
        {
            if (Context.Pipe.IsDatagram)
                Context.Pipe.Lose(piece, Fault);
            else
                PassAt(piece, Piece.Never);
        }
    }
}
