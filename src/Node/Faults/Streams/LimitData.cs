namespace Anode.Faults;

/// <summary><c>limit-data</c>: after so many bytes the connection is closed; what is beyond them is lost.</summary>
internal sealed record LimitData(long Bytes) : StreamShape
{
    public static LimitData Read(FaultFields fields) => new(fields.Bytes("bytes", null));

    public override Stage Begin(StageContext context) => new Meter(context, Bytes);

    private sealed class Meter(StageContext context, long left) : Stage(context)
    {
        private long _left = left;

        public override void On(in Piece piece)
        {
            if (piece.Length <= _left && !(_left == 0 && !piece.IsEnd))
            {
                _left -= piece.Length;
                Pass(piece);
                return;
            }

            var passing = (int)_left;
            if (passing > 0)
                Pass(piece with { Length = passing, Trailer = null, IsFrame = false });
            _left = 0;
            Context.Pipe.Lose(piece with { Offset = piece.Offset + passing, Length = piece.Length - passing }, Fault);
            // Behind what may still pass.
            Context.Pipe.After(TimeSpan.Zero, Context.Pipe.Close);
        }
    }
}
