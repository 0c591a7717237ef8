using System.Globalization;
using System.Text.Json;
using Anode.Cli.Operator;
using Anode.Experiments.Histories;
using Anode.Experiments.Plans;
using Anode.Experiments.Scenarios;

namespace Anode.Experiments.Running;

/// <summary>One run, from starting its nodes to ending them, on the thread that calls it. All it leaves is a part of the history.</summary>
internal sealed class RunOnce
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Silence = TimeSpan.FromMilliseconds(1500);

    private readonly Scenario _scenario;
    private readonly HistoryWriter _history;
    private readonly IProgressView _view;
    private readonly CancellationToken _cancellation;
    private readonly string _folder;
    private readonly string _label;
    private readonly RunClock _clock = new();
    private readonly PlannedFault[] _faults;
    private readonly Fleet _fleet;
    private readonly Load _load;
    private readonly FaultInjector _injector;
    private readonly CancellationTokenSource _noMoreFaults;
    private readonly Dictionary<string, long> _connectionsBefore = [];

    public RunOnce(
        Scenario scenario, PlannedFault[] faults, int number, ulong seed, string folder, HistoryWriter history, Keeper keeper, Journal journal, IProgressView view,
        CancellationToken cancellation)
    {
        (_scenario, _faults, _folder, _history, _view, _cancellation) = (scenario, faults, folder, history, view, cancellation);
        _label = number == 0 ? "control run" : $"run {number}";
        var withFaults = Array.Exists(faults, fault => FaultKinds.HandOf(fault.Kind) == FaultHand.Node);
        _history.Write("run", 0, json =>
        {
            json.WriteNumber("run", number);
            json.WriteBoolean("control", number == 0);
            json.WriteNumber("seed", seed);
            json.WriteString("utc", _clock.Began);
            json.WriteStartArray("schedule");
            foreach (var fault in faults)
                json.WriteStringValue(string.Create(CultureInfo.InvariantCulture, $"{fault.At.TotalMilliseconds:0} ms {fault.Id} {fault.Kind} {fault.Node} {fault.Target} for {fault.For?.TotalMilliseconds:0}"));
            json.WriteEndArray();
        });
        _fleet = new Fleet(scenario, Directory.CreateDirectory(Path.Combine(folder, $"run-{number}")).FullName, keeper, journal, withFaults, faults);
        _load = new Load(scenario, _fleet, _clock, history, seed, (uint)number + 1, cancellation);
        _noMoreFaults = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _injector = new FaultInjector(_fleet, _clock, history, journal, view, _noMoreFaults.Token);
    }

    /// <summary>Why there must be no further run; empty: there may.</summary>
    public string AbortedBecause { get; private set; } = "";

    public void Run()
    {
        var trouble = "";
        _view.Say($"{_label}: starting {_fleet.All.Count} {(_fleet.All.Count == 1 ? "node" : "nodes")}");
        var observer = new Observer(_fleet, _clock, _history, Mortals());
        var manager = new ServiceManager(_fleet, _clock, _history, _scenario.Topology.Restarts);
        try
        {
            StartNodes();
            foreach (var node in _fleet.All.Where(node => node.Doors.Http.Length > 0))
                _connectionsBefore[node.Name] = Observer.ConnectionsOf(node);
            observer.Count("before");
            observer.Start();
            manager.Start();
            _injector.Prepare(_faults);
            StartClients();
            _injector.AwaitPrepared();
            var quiescent = Go();
            _injector.Join();
            _history.Write("drain", _clock.Now, json => json.WriteBoolean("quiescent", quiescent));
            observer.TakeLedgers();
            TryDoors();
            _load.Stop();
            AwaitLeaving();
            observer.Count("after");
        }
        catch (Exception e) when (e is InvalidOperationException or TimeoutException or Sabotage)
        {
            trouble = e.Message;
        }
        catch (OperationCanceledException)
        {
            trouble = "it was aborted";
        }
        catch (DiskShort e)
        {
            (trouble, AbortedBecause) = ("it was aborted", e.Message);
        }
        finally
        {
            // Faults first: one that starts a node anew must not do so behind our back.
            _noMoreFaults.Cancel();
            _injector.Join();
            _load.Dispose();
            observer.Dispose();
            manager.Dispose();
            _fleet.Dispose();
            _noMoreFaults.Dispose();
        }

        if (!_cancellation.IsCancellationRequested || trouble.Length == 0)
            _history.Write("run-end", _clock.Now, json => json.WriteString("trouble", trouble));
        _history.Flush();
        if (trouble.Length > 0)
            _view.Say($"{_label}: {trouble}");
    }

    /// <summary>Nodes that may end before they have been asked for their last account.</summary>
    private IEnumerable<string> Mortals() => _scenario.Topology.Restarts
        ? _scenario.Topology.Nodes
        : _faults.Where(f => f.Kind is "process.kill" or "process.terminate" or "process.restart").Select(f => f.Node);

    private void StartNodes()
    {
        foreach (var node in _fleet.Started)
            node.Start();
        foreach (var node in _fleet.Started)
            node.AwaitReady(_cancellation);
        foreach (var node in _fleet.All.Where(node => !node.IsOurs && node.Doors.Http.Length > 0))
            Observer.ClearLedger(node);
        if (_scenario.Topology.Links.Count == 0 && !_scenario.Topology.Cluster)
            return;
        // Everybody knows a way to everybody.
        foreach (var node in _fleet.All.Where(node => node.Doors.Http.Length > 0))
        {
            using var http = new NodeHttp(node.Doors.Http);
            AwaitThat(
                () => http.Get("/api/links").Json is { ValueKind: JsonValueKind.Object } links && links.Items("nodes").Count(n => n.Items("path").Any()) >= _fleet.All.Count - 1,
                $"node {node.Name} did not find a way to all others");
        }
    }

    private void StartClients()
    {
        foreach (var subscriber in _load.Subscribers)
            subscriber.Start();
        foreach (var subscriber in _load.Subscribers)
        {
            if (!subscriber.AwaitPresence(Patience, _cancellation))
                throw new TimeoutException($"subscriber {subscriber.Seat.Id} could not subscribe within {Patience.TotalSeconds} s");
        }

        foreach (var publisher in _load.Publishers)
            publisher.Start();
        foreach (var publisher in _load.Publishers)
        {
            if (!publisher.AwaitConnection(Patience, _cancellation))
                throw new TimeoutException($"publisher {publisher.Flow.Number} could not connect within {Patience.TotalSeconds} s");
        }

        foreach (var publisher in _load.Publishers)
            AwaitInterest(publisher.Flow);
        // Long enough for a subscriber to count as present.
        if (_cancellation.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(600)))
            throw new OperationCanceledException();
    }

    /// <summary>The publisher's node knows of every node where somebody is subscribed.</summary>
    private void AwaitInterest(Flow flow)
    {
        var at = flow.Workload.Publishers.At[flow.Index % flow.Workload.Publishers.At.Count];
        var wanted = _load.Subscribers.Where(s => s.Seat.Workload == flow.Workload).Select(s => s.Seat.Crew.At[s.Seat.Index % s.Seat.Crew.At.Count]).Distinct()
            .Where(place => place != at && !_fleet.IsEndpoint(place)).ToList();
        if (_fleet.IsEndpoint(at) || wanted.Count == 0 || _fleet[at].Doors.Http.Length == 0)
            return;
        using var http = new NodeHttp(_fleet[at].Doors.Http);
        AwaitThat(
            () =>
            {
                if (http.Get($"/api/trace?subject={Uri.EscapeDataString(flow.Subject)}").Json is not { ValueKind: JsonValueKind.Object } trace)
                    return false;
                var known = trace.Items("nodes").Select(n => n.Text("node")).Concat(trace.Items("queues").SelectMany(q => q.Items("elsewhere")).Select(n => n.Text("node")));
                return wanted.TrueForAll(known.Contains);
            },
            $"node {at} did not hear of the subscribers at {string.Join(", ", wanted)}");
    }

    private bool Go()
    {
        var start = _clock.Now + 100_000;
        var length = (_scenario.Length - _scenario.Drain.For).Ticks / 10;
        foreach (var publisher in _load.Publishers)
            publisher.Go(start, start + length);
        _injector.Go(start);
        var at = start;
        var watch = new FailureWatch(_scenario.Abort);
        var disk = new DiskWatch(_folder, _scenario.Abort);
        foreach (var phase in _scenario.Phases.SkipLast(1))
        {
            _clock.WaitUntil(at, _cancellation);
            Begin(phase, at);
            at += phase.For.Ticks / 10;
            while (_clock.Now < at)
            {
                _view.Move(_label, (_clock.Now - start) / (double)length, Figures(phase.Name));
                if (!_clock.WaitUntil(Math.Min(at, _clock.Now + 200_000), _cancellation))
                    throw new OperationCanceledException();
                watch.Look(_clock.Now, _load);
                disk.Look(_clock.Now);
                _history.Flush();
            }
        }

        Begin(_scenario.Drain, at);
        return Drain();
    }

    /// <summary>Everything answered, every fault over, and nothing more came for a while.</summary>
    private bool Drain()
    {
        var began = _clock.Now;
        var end = began + _scenario.Drain.For.Ticks / 10;
        while (_clock.Now < end)
        {
            if (_injector.IsDone && _load.NothingPending && _clock.Now - Math.Max(_load.LastDelivery, began) > Silence.Ticks / 10)
                return true;
            _view.Move(_label, 1, Figures(_scenario.Drain.Name));
            if (!_clock.WaitUntil(_clock.Now + 50_000, _cancellation))
                throw new OperationCanceledException();
        }

        return false;
    }

    /// <summary>Whether somebody who comes now is served. Of a node that was ended for good nobody asks that.</summary>
    private void TryDoors()
    {
        foreach (var node in _fleet.All.Where(node => !node.HasEnded))
        {
            foreach (var (door, address) in (ReadOnlySpan<(string, string)>)[("native", node.Doors.Native), ("nats", node.Doors.Nats)])
            {
                if (address.Length == 0)
                    continue;
                var why = "";
                try
                {
                    FlowConnection.Open(node.AddressFor(door), FlowWire.Of(door), "late", "").Dispose();
                }
                catch (Exception e) when (e is IOException or TimeoutException)
                {
                    why = e.Message;
                }

                _history.Write("door", _clock.Now, json =>
                {
                    json.WriteString("node", node.Name);
                    json.WriteString("door", door);
                    json.WriteString("why", why);
                });
            }
        }
    }

    /// <summary>Nodes notice a closed connection a moment later than it is closed.</summary>
    private void AwaitLeaving()
    {
        var end = _clock.Now + 5_000_000;
        foreach (var node in _fleet.All.Where(node => node.Doors.Http.Length > 0))
        {
            while (Observer.ConnectionsOf(node) > _connectionsBefore[node.Name] && _clock.Now < end && !_cancellation.IsCancellationRequested)
                _clock.WaitUntil(_clock.Now + 50_000, _cancellation);
        }

        _clock.WaitUntil(_clock.Now + 300_000, _cancellation);
    }

    /// <param name="t">By plan: publishers and faults keep to that, however late this thread is.</param>
    private void Begin(Phase phase, long t)
    {
        _history.Write("phase", t, json =>
        {
            json.WriteString("name", phase.Name);
            json.WriteBoolean("measured", phase.Measured);
        });
        _view.Say(string.Create(CultureInfo.InvariantCulture, $"{_label}: {phase.Name}, {phase.For.TotalSeconds:0.#} s{(phase.UntilQuiescent ? " at most" : "")}; {Figures("")}"));
    }

    private string Figures(string phase) => string.Create(
        CultureInfo.InvariantCulture, $"{phase} {_load.Invoked:N0} sent, {_load.Acked:N0} acknowledged, {_load.Delivered:N0} delivered, {_load.Troubled:N0} in doubt").TrimStart();

    private void AwaitThat(Func<bool> condition, string otherwise)
    {
        for (var end = _clock.Now + Patience.Ticks / 10; !condition(); _clock.WaitUntil(_clock.Now + 20_000, _cancellation))
        {
            if (_cancellation.IsCancellationRequested)
                throw new OperationCanceledException();
            if (_clock.Now > end)
                throw new TimeoutException($"{otherwise} within {Patience.TotalSeconds} s");
        }
    }
}

/// <summary>The run goes so badly that it had better end.</summary>
internal sealed class Sabotage(string sentence) : Exception(sentence);

/// <summary>Looks whether the conditions to give up are met.</summary>
internal sealed class FailureWatch(AbortRules rules)
{
    private long _since;
    private (long Invoked, long Troubled) _last;

    public void Look(long now, Load load)
    {
        var (invoked, troubled) = (load.Invoked - _last.Invoked, load.Troubled - _last.Troubled);
        if (invoked < 10)
            return; // too few to say
        _last = (load.Invoked, load.Troubled);
        if (rules.FailedShare >= 1 || troubled < invoked * rules.FailedShare)
            _since = now;
        else if (now - _since > rules.FailedFor.Ticks / 10)
            throw new Sabotage(string.Create(CultureInfo.InvariantCulture, $"given up: at least {rules.FailedShare * 100:0} % of the messages failed for {rules.FailedFor.TotalSeconds:0.#} s"));
    }
}
