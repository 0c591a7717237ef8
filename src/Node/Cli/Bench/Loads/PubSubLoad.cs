using System.Runtime.CompilerServices;
using System.Text;
using Anode.Cli.Bench.Checks;
using Anode.Cli.Bench.Measuring;
using Anode.Cli.Bench.Streams;
using Anode.Cli.Bench.Wire;

namespace Anode.Cli.Bench.Loads;

/// <summary>Publishers and subscribers, each a connection with a thread: warm up, measure, stop, drain, judge.</summary>
internal sealed class PubSubLoad : IDisposable
{
    /// <summary>To a publisher only pings and refusals come.</summary>
    private const int PublisherWindowBytes = 16 * 1024;

    // Behind the last message there is only the answer to one PING.
    private static readonly TimeSpan SettleTime = TimeSpan.FromSeconds(5);

    // From one node to another a subscription takes a moment, and nobody says when it has arrived.
    private static readonly TimeSpan SpreadTime = TimeSpan.FromSeconds(1);

    private readonly Target _target;
    private readonly Target _subscribersTarget;
    private readonly PubSubPlan _plan;
    private readonly LoadRun _run;
    private readonly Pace? _pace;
    private readonly List<Publisher> _publishers = [];
    private readonly List<Subscriber> _subscribers = [];
    private readonly List<Latencies> _latencies = [];
    private Churn? _churn;
    private readonly StrongBox<bool> _recording = new();

    private PubSubLoad(Target target, Target? subscribers, PubSubPlan plan, LoadRun run)
    {
        (_target, _subscribersTarget, _plan, _run) = (target, subscribers ?? target, plan, run);
        _pace = plan.Rate is { } rate ? new Pace(rate, plan.Publishers) : null;
    }

    private long Sent => _publishers.Sum(publisher => publisher.Sent);

    private long Delivered => _subscribers.Sum(subscriber => subscriber.Delivered);

    public static PubSubResult Run(Target target, Target? subscribers, PubSubPlan plan, ServerProbe probe, LoadRun run, ProgressView view)
    {
        using var load = new PubSubLoad(target, subscribers, plan, run);
        load.Open();
        return load.Measure(probe, view);
    }

    public void Dispose()
    {
        _run.Close();
        _run.Stop();
        _publishers.ForEach(publisher => publisher.Line.Dispose());
        _subscribers.ForEach(subscriber => subscriber.Line.Dispose());
        _churn?.Line.Dispose();
    }

    private void Open()
    {
        // All subscriptions are in effect before the first message.
        for (var i = 0; i < _plan.Subscribers; i++)
            _subscribers.Add(Subscriber(i));
        if (_subscribersTarget != _target)
            _run.Wait(SpreadTime);
        for (var i = 0; i < _plan.Publishers; i++)
        {
            var block = new FrameBlock(_target.Format, Encoding.UTF8.GetBytes(_plan.SubjectOf(i)), _plan.PayloadBytes, default, Stamp.SourceOf(_run.Number, i), _plan.Ledger);
            _publishers.Add(new Publisher(_run, Line.Open(_target, Role.Publisher, PublisherWindowBytes), block, i, _pace));
        }
    }

    /// <summary>Beside the load from before its warm-up on; what it is told is of no interest to anybody.</summary>
    private void BeginChurn()
    {
        if (_plan.Churn is not { } perSecond)
            return;
        _churn = new Churn(_run, Line.Open(_target, Role.Publisher, PublisherWindowBytes), perSecond);
        _run.Start("churn", _churn.Run);
    }

    private Subscriber Subscriber(int index)
    {
        var line = Line.Open(_subscribersTarget, Role.Subscriber);
        try
        {
            line.Subscribe(_subscribersTarget.Format.Subscribe(1, Encoding.UTF8.GetBytes(_plan.SubjectOf(index)), Encoding.UTF8.GetBytes(_plan.Queue ?? "")));
            var who = $"subscriber {index}";
            return _plan.Queue is not null ? Checked(line, new GroupCheck(who, _run.Number, _plan.Publishers))
                : _plan.Pairs ? Checked(line, new SequenceCheck(who, _run.Number, index, 1))
                : Checked(line, new SequenceCheck(who, _run.Number, 0, _plan.Publishers));
        }
        catch
        {
            line.Dispose();
            throw;
        }
    }

    private Subscriber Checked<TCheck>(Line line, TCheck check)
        where TCheck : class, IDeliveryCheck
    {
        if (_pace is null)
            return new Subscriber<CheckSink<TCheck>>(line, check, new CheckSink<TCheck>(check));
        _latencies.Add(new Latencies());
        return new Subscriber<TimedSink<TCheck>>(line, check, new TimedSink<TCheck>(check, _pace, _latencies[^1], _recording));
    }

    private PubSubResult Measure(ServerProbe probe, ProgressView view)
    {
        probe.AllocatedBytes(); // a node builds its metrics for the first who asks
        var receiving = _subscribers.Select((subscriber, i) => _run.Start($"subscriber {i}", subscriber.Run)).ToList();
        BeginChurn();
        _pace?.Begin();
        var sending = _publishers.Select((publisher, i) => _run.Start($"publisher {i}", publisher.Run)).ToList();
        view.During(_run, "warm-up", _plan.WarmUp, () => Delivered);
        Volatile.Write(ref _recording.Value, true);
        var changes = _churn?.Changes;
        var before = Snapshot.Take(probe, () => (Sent, Delivered), first: true);
        view.During(_run, "measuring", _plan.Duration, () => Delivered);
        var after = Snapshot.Take(probe, () => (Sent, Delivered), first: false);
        changes = _churn?.Changes - changes;
        Volatile.Write(ref _recording.Value, false);
        _run.Stop();
        Drain(sending, receiving);
        return new PubSubResult(before, after, Sent, Delivered, Judge(), Latencies.Summarize(_latencies), changes);
    }

    /// <summary>Everything sent arrives or is known not to have come in time.</summary>
    private void Drain(List<Thread> sending, List<Thread> receiving)
    {
        if (!_run.WaitUntil(() => sending.TrueForAll(thread => !thread.IsAlive), _plan.Drain))
            throw CommandFailure.Failed($"the server has not taken what was sent within {Figures.Seconds(_plan.Drain)}");
        var sent = Sent;
        var expected = _plan.Queue is not null || _plan.Pairs ? sent : sent * _plan.Subscribers;
        if (!_target.Format.HasSessions)
            _publishers.ForEach(publisher => publisher.Line.EndSending());
        _run.WaitUntil(() => _subscribers.Sum(subscriber => subscriber.Check.Accounted) >= expected || receiving.TrueForAll(thread => !thread.IsAlive), _plan.Drain);
        // What came twice comes before the answer to this.
        if (_target.Format.HasSessions)
            _subscribers.ForEach(subscriber => subscriber.Line.Send(_subscribersTarget.Format.Ping));
        if (!_run.WaitUntil(() => receiving.TrueForAll(thread => !thread.IsAlive), SettleTime))
            throw CommandFailure.Failed($"the server has not answered a subscriber's PING within {Figures.Seconds(SettleTime)}");
        _run.Close();
        _run.ThrowIfBroken();
    }

    private Verdict Judge()
    {
        var verdict = new Verdict();
        var sent = _publishers.ConvertAll(publisher => publisher.Sent);
        foreach (var check in _subscribers.Select(subscriber => subscriber.Check))
        {
            (check as SequenceCheck)?.End(sent);
            verdict.Add(check.Verdict);
        }

        if (_plan.Queue is not null)
            verdict.Add(GroupCheck.End([.. _subscribers.Select(subscriber => (GroupCheck)subscriber.Check)], sent));
        return verdict;
    }
}
