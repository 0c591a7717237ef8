using Anode.Sockets;

namespace Anode.Faults;

/// <summary><c>short-read</c>: a receive gets at most so many bytes, whatever was asked for.</summary>
internal sealed record ShortRead(int Bytes) : CallShape
{
    public static ShortRead Read(FaultFields fields) => new(fields.Count("bytes", 1, 1, 1 << 20));

    public override ISocketCalls Begin(ActiveFault fault, Dice dice) => new Short(fault, dice, Bytes);

    private sealed class Short(ActiveFault fault, Dice dice, int most) : ISocketCalls
    {
        public int OnReceive(ref int bytes)
        {
            if (bytes <= most || fault.Ended is not null || !dice.Hits(fault.Spec.Probability))
                return 0;
            fault.Tally.Hit();
            bytes = most;
            return 0;
        }

        public int OnSend(ref int bytes) => 0;
    }
}
