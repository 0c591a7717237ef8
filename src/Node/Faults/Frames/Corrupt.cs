using Anode.Ledger;

namespace Anode.Faults;

/// <summary>
/// <c>corrupt</c>: one bit of the payload is turned. Of a message under test, one behind its stamp or in its checksum, so that everybody sees whose it was and that
/// it is not whole; of any other frame, one of its last byte.
/// </summary>
internal sealed record Corrupt : FrameShape
{
    public override Stage Begin(StageContext context) => new Ray(context);

    private sealed class Ray(StageContext context) : FrameStage(context)
    {
        protected override void OnHit(in Piece frame)
        {
            if (frame.Length == 0)
            {
                Pass(frame);
                return;
            }

            Tally.CountChanged(frame, ChargeKind.Changed);
            var copy = frame.Span.ToArray();
            copy[At(copy)] ^= (byte)(1 << Dice.Below(8));
            Pass(frame with { Buffer = copy, Offset = 0 });
        }

        private int At(ReadOnlySpan<byte> frame)
        {
            var at = frame.IndexOf(Stamp.Magic);
            var checksum = at + Stamp.Bytes - sizeof(uint);
            return at < 0 || checksum + sizeof(uint) > frame.Length ? Last(frame) : checksum + Dice.Below(sizeof(uint));
        }

        /// <summary>Of a frame of text, the last byte before its line's end.</summary>
        private static int Last(ReadOnlySpan<byte> frame) => Math.Max(0, frame.TrimEnd("\r\n"u8).Length - 1);
    }
}
