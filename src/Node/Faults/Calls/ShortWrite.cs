using Anode.Sockets;

namespace Anode.Faults;

/// <summary><c>short-write</c>: a send takes at most so many bytes, whatever was asked for.</summary>
internal sealed record ShortWrite(int Bytes) : CallShape
{
    public static ShortWrite Read(FaultFields fields) => new(fields.Count("bytes", 1, 1, 1 << 20));

    public override ISocketCalls Begin(ActiveFault fault, Dice dice) => new Short(fault, dice, Bytes);

    private sealed class Short(ActiveFault fault, Dice dice, int most) : ISocketCalls
    {
        public int OnSend(ref int bytes)
        {
            if (bytes <= most || fault.Ended is not null || !dice.Hits(fault.Spec.Probability))
                return 0;
            fault.Tally.Hit();
            bytes = most;
            return 0;
        }

        public int OnReceive(ref int bytes) => 0;
    }
}
