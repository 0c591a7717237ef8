using Akka.Actor;
using Akka.Event;

namespace Anode.Sockets;

/// <summary>
/// A message that owns something. If its addressee is gone it is reaped, not lost; that is expected, so such a letter
/// is suppressed rather than logged.
/// </summary>
internal interface IReapable : IDeadLetterSuppression, INoSerializationVerificationNeeded
{
    void Reap()
    {
    }
}

/// <summary>Returns slabs and closes sockets that reached an actor after it had stopped.</summary>
internal sealed class ReaperActor : UntypedActor
{
    public static Props Props() => Produce.Props(() => new ReaperActor());

    protected override void PreStart() => Context.System.EventStream.Subscribe(Self, typeof(SuppressedDeadLetter));

    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);

    protected override void OnReceive(object message)
    {
        if (message is SuppressedDeadLetter { Message: IReapable reapable })
            reapable.Reap();
    }
}
