using System.Net.Sockets;
using Akka.Actor;
using Akka.Dispatch;
using Anode.Sockets;
using Xunit;

namespace Anode.Tests.Sockets.Drivers;

/// <summary>The loop itself: who runs where, who wakes it, and how it ends.</summary>
public sealed class LoopThreadTests : SocketSpec
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData(0)]
    [InlineData(500)]
    public void Work_from_other_threads_wakes_a_sleeping_loop_every_time(int spinMicroseconds)
    {
        var loop = new LoopThread("test", TimeSpan.FromMicroseconds(spinMicroseconds), _ => { });
        using var done = new SemaphoreSlim(0);
        for (var i = 0; i < 2_000; i++)
        {
            loop.Execute(new ActionRunnable(() => done.Release()));
            Assert.True(done.Wait(Patience));
        }

        loop.Stop(Patience);
    }

    [Fact]
    public void Work_that_throws_is_reported_and_the_loop_goes_on()
    {
        using var errors = new System.Collections.Concurrent.BlockingCollection<string>();
        var loop = new LoopThread("test", TimeSpan.Zero, e => errors.Add(e.Message));
        loop.Execute(new ActionRunnable(() => throw new InvalidOperationException("mine")));
        Assert.True(errors.TryTake(out var text, Patience));
        Assert.Equal("mine", text);
        using var done = new ManualResetEventSlim();
        loop.Execute(new ActionRunnable(done.Set));
        Assert.True(done.Wait(Patience));
        loop.Stop(Patience);
    }

    [Fact]
    public void Work_after_the_end_still_runs_somewhere()
    {
        var loop = new LoopThread("test", TimeSpan.Zero, _ => { });
        loop.Stop(Patience);
        using var done = new ManualResetEventSlim();
        loop.Execute(new ActionRunnable(done.Set));
        Assert.True(done.Wait(Patience));
    }

    [Fact]
    public void Work_that_makes_work_for_ever_does_not_keep_the_sockets_waiting()
    {
        var loop = new LoopThread("test", TimeSpan.Zero, _ => { });
        var probe = CreateTestProbe();
        var (left, right) = Pair();
        var stop = false;
        loop.Execute(new ActionRunnable(Again));
        loop.Execute(new ActionRunnable(() =>
        {
            var readiness = Readiness.Of(left, probe);
            Assert.IsType<LoopReadiness>(readiness);
            Assert.False(readiness.AwaitRead());
            right.Send("x"u8);
        }));
        probe.ExpectMsg<LoopReadiness>();
        Volatile.Write(ref stop, true);
        loop.Stop(Patience);

        void Again()
        {
            if (!Volatile.Read(ref stop))
                loop.Execute(new ActionRunnable(Again));
        }
    }

    [Fact]
    public void Slot_and_descriptor_used_again_get_no_event_of_their_predecessor()
    {
        var loop = new LoopThread("test", TimeSpan.Zero, _ => { });
        var (first, second) = (CreateTestProbe(), CreateTestProbe());
        using var done = new ManualResetEventSlim();
        loop.Execute(new ActionRunnable(() =>
        {
            var (left, right) = Pair();
            var gone = Readiness.Of(left, first);
            gone.AwaitRead();
            right.Send("for nobody"u8);
            gone.Dispose();
            left.Dispose();
            var (next, _) = Pair();
            Assert.False(Readiness.Of(next, second).AwaitRead());
            done.Set();
        }));
        Assert.True(done.Wait(Patience));
        using var polled = new ManualResetEventSlim();
        loop.Execute(new ActionRunnable(() => loop.Execute(new ActionRunnable(polled.Set))));
        Assert.True(polled.Wait(Patience));
        loop.Stop(Patience);
        Assert.False(first.HasMessages);
        Assert.False(second.HasMessages);
    }

    [Fact]
    public async Task End_of_stream_that_came_with_the_last_bytes_is_not_waited_for()
    {
        var loop = new LoopThread("test", TimeSpan.Zero, _ => { });
        var probe = CreateTestProbe();
        var (left, right) = Pair();
        Readiness? readiness = null;
        loop.Execute(new ActionRunnable(() =>
        {
            readiness = Readiness.Of(left, probe);
            readiness.AwaitRead();
            right.Send("last"u8);
            right.Shutdown(SocketShutdown.Send);
        }));
        probe.ExpectMsg<LoopReadiness>();
        var outcome = new TaskCompletionSource<(bool, bool)>();
        loop.Execute(new ActionRunnable(() =>
        {
            readiness!.Take();
            var count = left.Receive(new byte[100]);
            outcome.SetResult((readiness.IsEmptied(count, 100), readiness.AwaitRead()));
        }));
        Assert.Equal((true, true), await outcome.Task.WaitAsync(Patience));
        loop.Stop(Patience);
    }

    [Fact]
    public async Task Loops_end_with_their_actor_system()
    {
        var system = ActorSystem.Create("short-lived", "akka { loglevel = OFF, stdout-loglevel = OFF }");
        var place = new SocketDriver(new SocketSettings { Driver = DriverKind.Epoll, Loops = 1 }).Next(system);
        var asked = new TaskCompletionSource<Thread>();
        system.ActorOf(place.Of(Props.Create(() => new Reporter(asked))));
        var thread = await asked.Task.WaitAsync(Patience);
        Assert.Equal("anode loop 0", thread.Name);
        await system.Terminate().WaitAsync(Patience);
        Assert.True(thread.Join(Patience));
    }

    /// <summary>Connected by TCP; closed with the test.</summary>
    private (Socket Left, Socket Right) Pair()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        listener.Listen();
        var left = Plain(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        left.Connect(listener.LocalEndPoint!);
        return (left, Plain(listener.Accept()));
    }

    private sealed class Reporter : UntypedActor
    {
        public Reporter(TaskCompletionSource<Thread> asked) => asked.SetResult(Thread.CurrentThread);

        protected override void OnReceive(object message) => Unhandled(message);
    }
}
