namespace Anode.Faults;

/// <summary><c>reset</c>: after a time the connection is reset, whatever is on its way.</summary>
internal sealed record Reset(TimeSpan Delay) : StreamShape
{
    public static Reset Read(FaultFields fields) => new(fields.Duration("after", TimeSpan.Zero));

    public override Stage Begin(StageContext context) => new Fuse(context, Delay);

    private sealed class Fuse : Stage
    {
        public Fuse(StageContext context, TimeSpan after)
            : base(context)
        {
            context.Pipe.After(after, () =>
            {
                if (Fault.Ended is not null)
                    return;
                Tally.Hit();
                context.Pipe.Reset();
            });
        }

        public override void On(in Piece piece) => Pass(piece);
    }
}
