using Anode.Experiments.Histories;
using Anode.Experiments.Plans;
using Anode.Experiments.Scenarios;

namespace Anode.Experiments.Running;

/// <summary>What all clients of a run share, and what is seen of them while it goes on.</summary>
internal sealed class Load : IDisposable
{
    private readonly CancellationTokenSource _stop;
    private long _invoked;
    private long _acked;
    private long _troubled;
    private long _delivered;
    private long _lastDelivery;

    public Load(Scenario scenario, Fleet fleet, RunClock clock, HistoryWriter history, ulong seed, uint epoch, CancellationToken cancellation)
    {
        (Fleet, Clock, History, Seed, Epoch) = (fleet, clock, history, seed, epoch);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Stopping = _stop.Token; // kept: threads that end late still ask
        Subscribers = [.. Seat.Of(scenario).Select(seat => new SeatClient(seat, this))];
        Publishers = [.. Flow.Of(scenario).Select(flow => new FlowPublisher(flow, this))];
    }

    public Fleet Fleet { get; }

    public RunClock Clock { get; }

    public HistoryWriter History { get; }

    public ulong Seed { get; }

    public uint Epoch { get; }

    public SeatClient[] Subscribers { get; }

    public FlowPublisher[] Publishers { get; }

    /// <summary>Everybody goes home.</summary>
    public CancellationToken Stopping { get; }

    public long Invoked => Volatile.Read(ref _invoked);

    public long Acked => Volatile.Read(ref _acked);

    public long Troubled => Volatile.Read(ref _troubled);

    public long Delivered => Volatile.Read(ref _delivered);

    public long LastDelivery => Volatile.Read(ref _lastDelivery);

    public bool NothingPending => Publishers.All(publisher => publisher.Pending == 0);

    public void Invoke(long t, uint flow, long sequence, long intended, int bytes)
    {
        Interlocked.Increment(ref _invoked);
        History.Invoke(t, flow, Epoch, sequence, intended, bytes);
    }

    public void Ok(long t, uint flow, long sequence, long receivers)
    {
        Interlocked.Increment(ref _acked);
        History.Ok(t, flow, Epoch, sequence, receivers);
    }

    public void Ended(string how, long t, uint flow, long sequence, string why)
    {
        Interlocked.Increment(ref _troubled);
        History.Ended(how, t, flow, Epoch, sequence, why);
    }

    public void Got(long t, Seat seat, uint flow, uint epoch, long sequence, int bytes)
    {
        Interlocked.Increment(ref _delivered);
        // Nobody waits for slow ones: they may have enough to read for hours.
        if (seat.Counted)
            Volatile.Write(ref _lastDelivery, t);
        History.Got(t, seat.Number, flow, epoch, sequence, bytes);
    }

    public void Connection(string who, string what, string text) => History.Write("conn", Clock.Now, json =>
    {
        json.WriteString("node", who);
        json.WriteString("kind", what);
        json.WriteString("text", text);
    });

    /// <summary>Ends all clients; each thread ends within a moment, as its connection is closed under it.</summary>
    public void Stop()
    {
        _stop.Cancel();
        foreach (var publisher in Publishers)
            publisher.Stop();
        foreach (var subscriber in Subscribers)
            subscriber.Stop();
    }

    /// <remarks>The stop itself is left to the collector: on a machine that is overrun a thread may outlive its join, and would ask one that is gone.</remarks>
    public void Dispose() => Stop();
}
