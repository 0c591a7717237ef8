using Akka.Actor;

namespace Anode.Sockets;

/// <summary>
/// Takes a single scheduled message back. Akka's own is built on a token source, a hundred bytes for each connection's next heartbeat; the
/// scheduler asks only whether it is cancelled.
/// </summary>
internal sealed class Once : ICancelable
{
    private bool _cancelled;

    public bool IsCancellationRequested => Volatile.Read(ref _cancelled);

    public CancellationToken Token => new(_cancelled);

    public static ICancelable Tell(ActorSystem system, TimeSpan delay, IActorRef receiver, object message)
    {
        var once = new Once();
        system.Scheduler.ScheduleTellOnce(delay, receiver, message, ActorRefs.NoSender, once);
        return once;
    }

    public void Cancel() => Volatile.Write(ref _cancelled, true);

    public void Cancel(bool throwOnFirstException) => Cancel();

    public void CancelAfter(TimeSpan delay) => throw new NotSupportedException();

    public void CancelAfter(int millisecondsDelay) => throw new NotSupportedException();
}
