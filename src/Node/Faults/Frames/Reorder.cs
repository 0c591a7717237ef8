namespace Anode.Faults;

/// <summary><c>reorder</c>: the frame waits until so many others have overtaken it, or until <see cref="Patience"/> is over.</summary>
internal sealed record Reorder(int Depth) : FrameShape
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    public static Reorder Read(FaultFields fields) => new(fields.Count("depth", 1, 1, 1000));

    public override Stage Begin(StageContext context) => new Siding(context, Depth);

    private sealed class Siding(StageContext context, int depth) : FrameStage(context)
    {
        private readonly List<(Piece Frame, int Left)> _waiting = [];

        protected override void OnHit(in Piece frame)
        {
            Tally.CountChanged(frame, ChargeKind.Moved);
            _waiting.Add((frame, depth));
            var kept = frame;
            Context.Pipe.After(Patience, () => LetGo(kept));
        }

        protected override void OnMissed(in Piece piece)
        {
            if (piece.IsEnd)
                End();
            Pass(piece);
            if (!piece.IsFrame)
                return;
            for (var i = 0; i < _waiting.Count;)
            {
                var (frame, left) = _waiting[i];
                if (left > 1)
                {
                    _waiting[i++] = (frame, left - 1);
                    continue;
                }

                _waiting.RemoveAt(i);
                Pass(frame with { At = Math.Max(frame.At, piece.At) });
            }
        }

        public override void End()
        {
            foreach (var (frame, _) in _waiting)
                Pass(frame);
            _waiting.Clear();
        }

        private void LetGo(Piece frame)
        {
            if (_waiting.RemoveAll(waiting => waiting.Frame == frame) > 0)
            {
                Pass(frame);
                Context.Pipe.Run();
            }
        }
    }
}
