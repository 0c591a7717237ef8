using Akka.Actor;
using Akka.Dispatch.MessageQueues;
using Akka.TestKit.Xunit2;
using Anode.Sockets;
using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Sockets;

public class LeanQueueTests() : TestKit(LeanMailbox.Declaration)
{
    [Fact]
    public void A_message_that_comes_while_its_actor_falls_idle_is_never_left_lying()
    {
        const int Senders = 2, Rounds = 200_000;
        Threads.Run(Senders, _ =>
        {
            var taken = 0;
            var actor = Sys.ActorOf(LeanMailbox.For(Produce.Props(() => new Counting(() => Volatile.Write(ref taken, taken + 1))), Sys));
            for (var round = 1; round <= Rounds; round++)
            {
                // The next one is sent in the moment in which the actor, having taken this one, finds nothing more to do.
                actor.Tell(round, ActorRefs.NoSender);
                Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref taken) == round, TimeSpan.FromSeconds(20)), $"message {round} was left lying");
            }
        });
    }

    [Fact]
    public void What_went_in_comes_out_in_order_and_is_counted()
    {
        var queue = new LeanQueue();
        Assert.False(queue.HasMessages);
        Assert.False(queue.TryDequeue(out _));
        for (var i = 0; i < 5; i++)
            queue.Enqueue(ActorRefs.Nobody, new Envelope(i, ActorRefs.NoSender));
        Assert.Equal(5, queue.Count);
        for (var i = 0; i < 5; i++)
        {
            Assert.True(queue.HasMessages);
            Assert.True(queue.TryDequeue(out var envelope));
            Assert.Equal(i, envelope.Message);
        }

        Assert.False(queue.HasMessages);
        Assert.Equal(0, queue.Count);
    }

    [Fact]
    public void What_is_left_at_the_end_goes_to_the_dead_letters_in_order()
    {
        var (queue, dead) = (new LeanQueue(), new UnboundedMessageQueue());
        for (var i = 0; i < 3; i++)
            queue.Enqueue(ActorRefs.Nobody, new Envelope(i, ActorRefs.NoSender));

        queue.CleanUp(ActorRefs.Nobody, dead);

        Assert.False(queue.HasMessages);
        for (var i = 0; i < 3; i++)
        {
            Assert.True(dead.TryDequeue(out var envelope));
            Assert.Equal(i, envelope.Message);
        }
    }

    [Fact]
    public void Many_producers_at_once_lose_nothing_and_each_ones_order_is_kept()
    {
        const int Producers = 3, Each = 100_000;
        var queue = new LeanQueue();
        var next = new int[Producers];
        Threads.Run(
        [
            .. Enumerable.Range(0, Producers).Select(producer => (Action)(() =>
            {
                for (var i = 0; i < Each; i++)
                    queue.Enqueue(ActorRefs.Nobody, new Envelope((producer, i), ActorRefs.NoSender));
            })),
            () =>
            {
                for (var taken = 0; taken < Producers * Each;)
                {
                    if (!queue.TryDequeue(out var envelope))
                    {
                        Thread.Yield();
                        continue;
                    }

                    var (producer, number) = ((int, int))envelope.Message;
                    Assert.Equal(next[producer]++, number);
                    taken++;
                }
            },
        ]);
        Assert.False(queue.HasMessages);
    }

    private sealed class Counting(Action taken) : UntypedActor
    {
        protected override void OnReceive(object message) => taken();
    }
}
