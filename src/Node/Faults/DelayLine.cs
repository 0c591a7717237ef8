using System.Diagnostics;
using Akka.Actor;

namespace Anode.Faults;

/// <summary>
/// Tells actors things at a time: one thread that sleeps until the next is due. Akka's scheduler ticks every 20 ms here and made 10 ms of one; this is
/// late by a tenth of a millisecond on a quiet machine.
/// </summary>
/// <remarks>The thread begins with the first delay and ends when there has been none for <see cref="Idle"/>.</remarks>
internal sealed class DelayLine
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(10);

    private readonly object _gate = new();
    private readonly PriorityQueue<(IActorRef To, object Message), long> _due = new();
    private bool _runs;

    /// <param name="at">By <see cref="Stopwatch.GetTimestamp"/>.</param>
    public void Tell(IActorRef to, object message, long at)
    {
        lock (_gate)
        {
            _due.Enqueue((to, message), at);
            if (!_runs)
            {
                _runs = true;
                new Thread(Run) { IsBackground = true, Name = "fault-delays" }.Start();
            }
            else if (_due.Peek().Message == message)
            {
                Monitor.Pulse(_gate);
            }
        }
    }

    private void Run()
    {
        lock (_gate)
        {
            while (true)
            {
                if (!_due.TryPeek(out var next, out var at))
                {
                    if (!Monitor.Wait(_gate, Idle) && _due.Count == 0)
                    {
                        _runs = false;
                        return;
                    }

                    continue;
                }

                var left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), at);
                if (left <= TimeSpan.Zero)
                {
                    _due.Dequeue();
                    next.To.Tell(next.Message, ActorRefs.NoSender);
                }
                else
                {
                    // Rounded up: a wait of a fraction of a millisecond would be one of none, over and over.
                    Monitor.Wait(_gate, (int)Math.Min(Math.Ceiling(left.TotalMilliseconds), int.MaxValue));
                }
            }
        }
    }
}
