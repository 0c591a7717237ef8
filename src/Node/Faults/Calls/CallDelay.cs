using System.Diagnostics;
using Anode.Sockets;

namespace Anode.Faults;

/// <summary>
/// <c>call-delay</c>: the call is made later, and what is there or has to go waits in the kernel meanwhile, so that a slow receive slows the peer. Nobody sleeps: the
/// owner of the socket goes on with other things until the delay line tells.
/// </summary>
internal sealed record CallDelay(SocketCall Call, Delay Delay) : CallShape
{
    public static FaultShape Read(FaultFields fields)
    {
        var (call, delay) = (fields.Choice("call", SocketCall.Receive), Delay.Read(fields));
        return call == SocketCall.Accept ? new SlowAccept(delay) : new CallDelay(call, delay);
    }

    public override ISocketCalls Begin(CallContext context) => new Slow(context, this);

    private sealed class Slow(CallContext context, CallDelay call) : ISocketCalls
    {
        private State _state;
        private long _since;

        private enum State
        {
            Free,
            Waits,
            /// <summary>It has waited: the next call is made.</summary>
            May,
        }

        public int OnReceive(ref int bytes) => call.Call == SocketCall.Receive ? Wait() : 0;

        public int OnSend(ref int bytes) => call.Call == SocketCall.Send ? Wait() : 0;

        private int Wait()
        {
            if (context.Fault.Ended is not null)
                return 0;
            if (_state == State.Waits)
                return SocketCalls.NotNow;
            if (_state == State.May || !context.Hits())
            {
                _state = State.Free;
                return 0;
            }

            (_state, _since) = (State.Waits, Stopwatch.GetTimestamp());
            context.Fault.Tally.CountDelayed();
            context.After(call.Delay.Draw(context.Dice), GoOn);
            return SocketCalls.NotNow;
        }

        private void GoOn()
        {
            _state = State.May;
            context.Fault.Tally.Delayed(Stopwatch.GetElapsedTime(_since));
            context.TryAgain();
        }
    }
}
