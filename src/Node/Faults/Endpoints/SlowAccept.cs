using System.Diagnostics;
using Akka.Actor;
using Anode.Sockets;

namespace Anode.Faults;

/// <summary><c>call-delay call=accept</c>: each accept takes so long, one after the other, and who connects meanwhile waits in the backlog.</summary>
internal sealed record SlowAccept(Delay Delay) : AcceptShape
{
    public override AcceptFault OnAccept(ActiveFault fault, DelayLine line)
    {
        TimeSpan delay;
        lock (fault)
            delay = Delay.Draw(fault.AcceptDice);
        fault.Tally.CountDelayed();
        return new AcceptFault(Hold: new Accept(fault, line, delay));
    }

    private sealed class Accept(ActiveFault fault, DelayLine line, TimeSpan delay) : IAcceptHold
    {
        private readonly long _began = Stopwatch.GetTimestamp();
        private Action? _end;

        public void Begin(IActorRef owner, object message)
        {
            line.Tell(owner, message, _began + ActiveFault.Ticks(delay));
            _end = () => owner.Tell(message, ActorRefs.NoSender);
            fault.WhenEnded(_end);
        }

        public void Done()
        {
            fault.Tally.Delayed(Stopwatch.GetElapsedTime(_began));
            fault.Forget(_end!);
        }
    }
}
