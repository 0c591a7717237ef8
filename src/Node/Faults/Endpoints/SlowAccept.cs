using System.Diagnostics;
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
        var began = Stopwatch.GetTimestamp();
        return new AcceptFault(Hold: (owner, message) =>
        {
            // What is recorded is what was asked for: the line is late by less than it can be read here.
            fault.Tally.Delayed(delay);
            line.Tell(owner, message, began + ActiveFault.Ticks(delay));
        });
    }
}
