namespace Anode.Faults;

/// <summary><c>bandwidth</c>: no more than so many bytes a second, in portions of at most a tenth of that.</summary>
internal sealed record Bandwidth(long Rate) : StreamShape
{
    public static Bandwidth Read(FaultFields fields) => new(fields.Bytes("rate", null, least: 1));

    public override Stage Begin(StageContext context) => new Narrow(context, Rate);

    private sealed class Narrow(StageContext context, long rate) : Stage(context)
    {
        private long _free;

        public override void On(in Piece piece)
        {
            var portion = Context.Pipe.IsDatagram ? int.MaxValue : (int)Math.Clamp(rate / 10, 1, 1 << 20);
            var rest = piece;
            while (rest.Length > portion)
            {
                PassAt(Take(rest with { Length = portion, Trailer = null }), _free);
                rest = rest with { Offset = rest.Offset + portion, Length = rest.Length - portion };
            }

            PassAt(Take(rest), _free);
        }

        /// <summary>It occupies the way for as long as its bytes need.</summary>
        private Piece Take(in Piece piece)
        {
            _free = Math.Max(_free, piece.At) + Ticks(TimeSpan.FromSeconds((double)piece.Length / rate));
            return piece;
        }
    }
}
