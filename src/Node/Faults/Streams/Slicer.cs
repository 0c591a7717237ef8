namespace Anode.Faults;

/// <summary><c>slicer</c>: what came together leaves in small portions, with a pause between.</summary>
internal sealed record Slicer(int Size, int Variation, TimeSpan Delay) : StreamShape
{
    public static Slicer Read(FaultFields fields)
    {
        var size = fields.Count("size", null, 1, 1 << 20);
        return new(size, fields.Count("variation", 0, 0, size - 1), fields.Duration("delay", TimeSpan.Zero));
    }

    public override Stage Begin(StageContext context) => new Knife(context, this);

    private sealed class Knife(StageContext context, Slicer slicer) : Stage(context)
    {
        private long _at;

        public override void On(in Piece piece)
        {
            if (Context.Pipe.IsDatagram)
            {
                Pass(piece);
                return;
            }

            var rest = piece;
            _at = Math.Max(_at, piece.At);
            for (var size = Next(); rest.Length > size; size = Next())
            {
                PassAt(rest with { Length = size, Trailer = null, IsFrame = false }, _at);
                rest = rest with { Offset = rest.Offset + size, Length = rest.Length - size, IsFrame = false };
                _at += Ticks(slicer.Delay);
            }

            PassAt(rest, _at);
        }

        private new int Next() => Math.Max(1, slicer.Size + (slicer.Variation == 0 ? 0 : Dice.Below((2 * slicer.Variation) + 1) - slicer.Variation));
    }
}
