namespace Anode.Faults;

/// <summary><c>timeout</c>: nothing passes any more and all of it is lost; after a time the connection is closed, with zero never.</summary>
internal sealed record Timeout(TimeSpan Delay) : StreamShape
{
    public static Timeout Read(FaultFields fields) => new(fields.Duration("after", TimeSpan.Zero));

    public override Stage Begin(StageContext context) => new Hole(context, Delay);

    private sealed class Hole : Stage
    {
        public Hole(StageContext context, TimeSpan after)
            : base(context)
        {
            if (after > TimeSpan.Zero)
                context.Pipe.After(after, () =>
                {
                    if (Fault.Ended is null)
                        context.Pipe.Close();
                });
        }

        public override void On(in Piece piece)
        {
            if (piece.IsEnd)
                PassAt(piece, Piece.Never);
            else
                Context.Pipe.Lose(piece, Fault);
        }

        /// <summary>The stream has a hole in it: nobody may take it for whole.</summary>
        public override void End()
        {
            if (Tally.Lost > 0 && !Context.Pipe.IsDatagram)
                Context.Pipe.Reset();
        }
    }
}
