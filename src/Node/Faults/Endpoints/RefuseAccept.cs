using Anode.Sockets;

namespace Anode.Faults;

/// <summary><c>refuse-accept</c>: who connects is reset; with an errno (<c>call-error call=accept</c>), accepting fails as if the kernel had said so.</summary>
internal sealed record RefuseAccept(int Errno) : AcceptShape
{
    public override AcceptFault OnAccept(ActiveFault fault, DelayLine line)
    {
        fault.Tally.Hit();
        return new AcceptFault(Refused: true, Errno);
    }
}
