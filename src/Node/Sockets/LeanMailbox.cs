using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Dispatch.MessageQueues;

namespace Anode.Sockets;

/// <summary>
/// An unbounded mailbox that costs an actor without messages next to nothing. Akka's own begins with a segment of 32 places, 1.1 KB: a
/// seventh of all that an idle connection holds.
/// </summary>
/// <remarks>Made by Akka, by the name in <see cref="Declaration"/>.</remarks>
internal sealed class LeanMailbox(Akka.Actor.Settings settings, Config config) : MailboxType(settings, config), IProducesMessageQueue<LeanQueue>
{
    private const string Id = "anode-lean-mailbox";

    public static Config Declaration { get; } = ConfigurationFactory.ParseString($"{Id}.mailbox-type = \"{typeof(LeanMailbox).FullName}, {typeof(LeanMailbox).Assembly.GetName().Name}\"");

    public override IMessageQueue Create(IActorRef owner, ActorSystem system) => new LeanQueue();

    /// <summary>The props with this mailbox, in a system whose configuration knows it.</summary>
    public static Props For(Props props, ActorSystem system) => system.Settings.Config.HasPath(Id) ? props.WithMailbox(Id) : props;
}

/// <summary>A linked list: any thread appends, one at a time takes.</summary>
/// <remarks>
/// D. Vyukov's queue for many producers and one consumer. Appending is two steps: to become the last, then to be linked. Only the first is a full fence, and
/// only it may say whether there is a message: a producer looks at the mailbox's state behind it, and an actor that falls idle looks here
/// behind its own. If it looked for the link instead, both could miss each other, and the message would lie there (one in 100,000 did). Who
/// takes waits for the link, which is the producer's next instruction.
/// </remarks>
internal sealed class LeanQueue : IMessageQueue, IUnboundedMessageQueueSemantics
{
    private Node _first = new(default); // already taken; what follows it is next
    private Node _last;

    public LeanQueue() => _last = _first;

    public bool HasMessages => Volatile.Read(ref _first) != Volatile.Read(ref _last);

    /// <summary>Counted by walking: asked by operators only.</summary>
    public int Count
    {
        get
        {
            var count = 0;
            for (var node = Volatile.Read(ref Volatile.Read(ref _first).Next); node is not null; node = Volatile.Read(ref node.Next))
                count++;
            return count;
        }
    }

    public void Enqueue(IActorRef receiver, Envelope envelope)
    {
        var node = new Node(envelope);
        Volatile.Write(ref Interlocked.Exchange(ref _last, node).Next, node);
    }

    public bool TryDequeue(out Envelope envelope)
    {
        if (!HasMessages)
        {
            envelope = default;
            return false;
        }

        Node? next;
        for (var wait = default(SpinWait); (next = Volatile.Read(ref _first.Next)) is null;)
            wait.SpinOnce();
        envelope = next.Envelope;
        next.Envelope = default; // taken: nothing keeps the message
        Volatile.Write(ref _first, next);
        return true;
    }

    public void CleanUp(IActorRef owner, IMessageQueue deadletters)
    {
        while (TryDequeue(out var envelope))
            deadletters.Enqueue(owner, envelope);
    }

    private sealed class Node(Envelope envelope)
    {
        public Envelope Envelope = envelope;
        public Node? Next;
    }
}
