using System.Globalization;
using System.Text.Json;
using Anode.Experiments.Histories;
using Anode.Experiments.Plans;
using Anode.Experiments.Scenarios;
using Anode.Sockets.Client;

namespace Anode.Experiments.Running;

/// <summary>
/// Brings the planned faults about, each at its time and on a thread of its own that waits precisely, so that none waits for another or for a thread to
/// start. Whatever has begun is ended, also when the run is cut short.
/// </summary>
internal sealed class FaultInjector(Fleet fleet, RunClock clock, HistoryWriter history, Journal journal, IProgressView view, CancellationToken cancellation)
{
    /// <summary>A runner that is killed renews nothing: what it began in a node ends by itself so soon.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(5);

    /// <summary>What a node is to do it is told ahead, and does it by a clock of its own: the way there takes longer than a fault may be late.</summary>
    private const long Ahead = 1_000_000;

    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(20);

    /// <summary>Of a node's answer: one that is busy is not one that refuses.</summary>
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(10);

    /// <summary>A fault that is not prepared by then begins late, and says so.</summary>
    private static readonly TimeSpan PreparePatience = TimeSpan.FromSeconds(10);

    private readonly Offices _offices = new(fleet, clock);
    private readonly List<Thread> _threads = [];
    private readonly TaskCompletionSource<long> _start = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CountdownEvent? _unprepared;

    /// <summary>All have ended, as far as they end at all.</summary>
    public bool IsDone
    {
        get
        {
            lock (_threads)
                return _threads.TrueForAll(thread => !thread.IsAlive);
        }
    }

    /// <summary>Starts the faults' threads, which do once what they will do when their time has come.</summary>
    public void Prepare(IReadOnlyList<PlannedFault> faults)
    {
        _unprepared = new CountdownEvent(faults.Count);
        foreach (var fault in faults)
        {
            Run(() =>
            {
                try
                {
                    Cli.Bench.Measuring.Pace.WakeInTime();
                    Kernel.Hurry();
                    WarmUp(fault);
                }
                finally
                {
                    _unprepared.Signal();
                }

                if (!AwaitStart())
                    return;
                var planned = _start.Task.Result + fault.At.Ticks / 10;
                // Who directs, or owns an endpoint, is asked when the time has come.
                var ahead = FaultKinds.HandOf(fault.Kind) == FaultHand.Node && fleet.Find(fault.Node) is not null ? Ahead : 0;
                if (clock.WaitUntil(planned - ahead, cancellation))
                    Inject(fault, planned);
            });
        }
    }

    public void AwaitPrepared() => _unprepared?.Wait(PreparePatience, cancellation);

    /// <param name="loadStart">From when on the faults' times are counted.</param>
    public void Go(long loadStart) => _start.SetResult(loadStart);

    public void Join()
    {
        for (; ; )
        {
            Thread? alive;
            lock (_threads)
                alive = _threads.Find(thread => thread.IsAlive);
            if (alive is null)
                return;
            alive.Join(TimeSpan.FromSeconds(30));
        }
    }

    private bool AwaitStart()
    {
        try
        {
            _start.Task.Wait(cancellation);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private void Inject(PlannedFault fault, long planned)
    {
        try
        {
            var node = fleet.Find(fault.Node) ?? _offices.Await(fault.Node, cancellation);
            var act = new Act(fault, planned, node.Name, this);
            switch (fault.Kind)
            {
                case "process.kill":
                    End(act, node, Kernel.SIGKILL, restart: fault.RestartAfter);
                    break;
                case "process.terminate":
                    End(act, node, Kernel.SIGTERM, restart: fault.RestartAfter);
                    break;
                case "process.restart":
                    End(act, node, Kernel.SIGTERM, restart: fault.RestartAfter ?? TimeSpan.Zero);
                    break;
                case "process.pause":
                    Pause(act, node);
                    break;
                case "process.fd-limit":
                    LimitFiles(act, node);
                    break;
                case PlannedFault.ClockStep:
                    new ClockStepper(clock, cancellation).Step(fault, node, (what, evidence) => act.Tell(what, evidence));
                    break;
                case "client.crowd":
                    Crowd(act, node);
                    break;
                case "endpoint.restart" or "endpoint.suspend" or "endpoint.move":
                    Operate(act, node);
                    break;
                default:
                    AskNode(act, node);
                    break;
            }
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or OperationCanceledException or KeyNotFoundException)
        {
            new Act(fault, planned, fault.Node, this).Tell("failed", "", e.Message);
        }
    }

    /// <summary>
    /// Whatever is done first in a process takes a fraction of a second, for code that has to be compiled, here and in the node. What counts is not to be the
    /// first, so something without effect goes before it: signal 0, and the fault itself, planned and taken back.
    /// </summary>
    private void WarmUp(PlannedFault fault)
    {
        var node = fleet.Find(fault.Node) ?? _offices.HolderOf(fault.Node) ?? fleet.All.First();
        var hand = FaultKinds.HandOf(fault.Kind);
        if (hand == FaultHand.Process)
            node.Signal(0);
        if (hand is not (FaultHand.Node or FaultHand.Operator))
            return;
        using var http = new NodeHttp(node.Doors.Http, AnswerPatience);
        _ = http.Get("/api/node").Json;
        if (hand != FaultHand.Node)
            return;
        var id = string.Create(CultureInfo.InvariantCulture, $"x{Environment.ProcessId}-warm-{fault.Id}");
        journal.Fault(node.Doors.Http, id);
        _ = SinceOf(http.Post("/api/faults", NodeFault.WishOf(fault, id, Lease, TimeSpan.FromSeconds(30))));
        _ = http.Get($"/api/faults/{id}").Json;
        _ = NodeFault.EvidenceOf(http.Delete($"/api/faults/{id}"));
    }

    private void End(Act act, NodeUnderTest node, int signal, TimeSpan? restart)
    {
        var began = clock.Now;
        if (!node.Signal(signal))
            throw new InvalidOperationException($"there is no process of {node.Name} to end");
        act.Tell("begun", at: began);
        var code = node.AwaitEnd(EndPatience);
        if (code is null)
        {
            act.Tell("failed", "", $"{node.Name} had not ended {EndPatience.TotalSeconds} s after its signal");
            return;
        }

        act.Tell("effect", string.Create(CultureInfo.InvariantCulture, $"process {node.Pid} ended with {code}"));
        if (restart is not { } after)
        {
            act.Tell("ended");
            return;
        }

        if (cancellation.WaitHandle.WaitOne(after))
            return;
        node.Start();
        node.AwaitReady(cancellation);
        act.Tell("ended", string.Create(CultureInfo.InvariantCulture, $"ready again as process {node.Pid}"));
    }

    private void Pause(Act act, NodeUnderTest node)
    {
        journal.Paused(node.Pid);
        var began = clock.Now;
        if (!node.Signal(Kernel.SIGSTOP))
            throw new InvalidOperationException($"there is no process of {node.Name} to stop");
        act.Tell("begun", at: began);
        try
        {
            // The signal takes effect at the next return from the kernel: at once, on a machine that is not overrun.
            while (Kernel.StateOf(node.Pid) != 'T' && clock.Now - began < 2_000_000 && clock.WaitUntil(clock.Now + 500, cancellation))
            {
            }

            act.Tell("effect", Kernel.StateOf(node.Pid) == 'T' ? $"process {node.Pid} is stopped (state T)" : "");
            clock.WaitUntil(began + act.Fault.For!.Value.Ticks / 10, cancellation);
        }
        finally
        {
            node.Signal(Kernel.SIGCONT);
            act.Tell("ended");
        }
    }

    private void LimitFiles(Act act, NodeUnderTest node)
    {
        var open = Kernel.DescriptorsOf(node.Pid);
        var limit = open + Number(act.Fault, "headroom", 8);
        var before = Kernel.LimitOpenFiles(node.Pid, limit);
        if (before < 0)
            throw new InvalidOperationException($"the limit of files of {node.Name} cannot be set");
        journal.Limit(node.Pid, before);
        act.Tell("begun", $"{open} descriptors open, limit {before} set to {limit}");
        try
        {
            cancellation.WaitHandle.WaitOne(act.Fault.For ?? TimeSpan.FromSeconds(5));
        }
        finally
        {
            Kernel.LimitOpenFiles(node.Pid, before);
            act.Tell("ended");
        }
    }

    /// <summary>Clients that connect, say nothing, and go: in order, or by a reset.</summary>
    private void Crowd(Act act, NodeUnderTest node)
    {
        var count = Number(act.Fault, "count", 100);
        var reset = act.Fault.Parameters.GetValueOrDefault("ending") == "reset";
        var address = node.AddressFor(node.Doors.Native.Length > 0 ? "native" : "nats");
        var open = new List<BlockingStream>();
        var refused = 0;
        act.Tell("begun");
        var until = clock.Now + (act.Fault.For ?? TimeSpan.FromSeconds(1)).Ticks / 10;
        for (var i = 0; i < count && !cancellation.IsCancellationRequested; i++)
        {
            try
            {
                open.Add(BlockingStream.Connect(address, TimeSpan.FromMilliseconds(500)));
            }
            catch (IOException)
            {
                refused++;
            }

            // A storm of resets is spread over its time; a crowd comes at once and stays.
            if (!reset)
                continue;
            open[^1].Reset();
            clock.WaitUntil(clock.Now + Math.Max(0, until - clock.Now) / (count - i), cancellation);
        }

        clock.WaitUntil(until, cancellation);
        foreach (var stream in open.Where(_ => !reset))
            stream.Dispose();
        act.Tell("ended", $"{open.Count} of {count} connected, {refused} did not{(reset ? ", each reset" : "")}");
    }

    private void Operate(Act act, NodeUnderTest node)
    {
        var name = act.Fault.Target.StartsWith("endpoint:", StringComparison.Ordinal) ? act.Fault.Target["endpoint:".Length..] : act.Fault.Target;
        using var http = new NodeHttp(node.Doors.Http, AnswerPatience);
        var verb = act.Fault.Kind["endpoint.".Length..];
        var body = act.Fault.Parameters.TryGetValue("to", out var to) ? JsonSerializer.Serialize(new { node = to }) : "{}";
        act.Tell("begun");
        var answer = http.Post($"/api/endpoints/{name}/{verb}", body);
        if (!answer.IsSuccess)
            throw new InvalidOperationException(answer.Why);
        act.Tell("effect", $"{node.Name} answered {answer.Status} to {verb} {name}");
        if (verb == "suspend")
        {
            cancellation.WaitHandle.WaitOne(act.Fault.For ?? TimeSpan.FromSeconds(2));
            http.Post($"/api/endpoints/{name}/resume", "{}");
        }

        act.Tell("ended");
    }

    /// <summary>The node does it, for as long as it is told again and again to go on.</summary>
    private void AskNode(Act act, NodeUnderTest node)
    {
        var fault = act.Fault;
        var id = string.Create(CultureInfo.InvariantCulture, $"x{Environment.ProcessId}-{fault.Id}");
        journal.Fault(node.Doors.Http, id);
        using var http = new NodeHttp(node.Doors.Http, AnswerPatience);
        var answer = http.Post("/api/faults", NodeFault.WishOf(fault, id, Lease, TimeSpan.FromMicroseconds(Math.Max(0, act.Planned - clock.Now))));
        if (!answer.IsSuccess)
            throw new InvalidOperationException(answer.Why);
        try
        {
            var began = Began(http, id, act.Planned);
            act.Tell("begun", at: began);
            var until = began + (fault.For ?? TimeSpan.Zero).Ticks / 10;
            while (clock.Now < until && clock.WaitUntil(Math.Min(until, clock.Now + Renewal.Ticks / 10), cancellation))
            {
                if (clock.Now < until)
                    http.Post($"/api/faults/{id}/renew", JsonSerializer.Serialize(new { @for = Hosting.Configuration.Units.Format(Lease) }));
            }
        }
        finally
        {
            var last = http.Delete($"/api/faults/{id}");
            if (!last.IsSuccess)
                last = http.Get($"/api/faults/{id}"); // the answer was lost, or the lease over; what it did is kept
            act.Tell("ended", NodeFault.EvidenceOf(last), charges: last.Json);
        }
    }

    /// <summary>Waits until it has begun; returns when, as the node says.</summary>
    private long Began(NodeHttp http, string id, long planned)
    {
        clock.WaitUntil(planned, cancellation);
        for (var patience = clock.Now + 2 * Ahead; clock.Now < patience; clock.WaitUntil(clock.Now + 2_000, cancellation))
        {
            var answer = http.Get($"/api/faults/{id}");
            if (answer.Json is not { ValueKind: JsonValueKind.Object } json)
                continue;
            if (json.TryGetProperty("begun", out var begun) && begun.ValueKind == JsonValueKind.True)
                return SinceOf(answer) ?? clock.Now;
            if (json.TryGetProperty("ended", out var ended) && ended.GetString() is { Length: > 0 } why)
                throw new InvalidOperationException(why);
            cancellation.ThrowIfCancellationRequested();
        }

        throw new InvalidOperationException($"the node has not begun {id}");
    }

    /// <summary>When it began, as the node says; the answer came a moment later.</summary>
    private long? SinceOf(HttpAnswer answer) =>
        answer.Json is { ValueKind: JsonValueKind.Object } json && json.TryGetProperty("since", out var since) && since.TryGetDateTimeOffset(out var at)
        && clock.Of(at) is var t && t > 0 && t <= clock.Now ? t : null;

    private static int Number(PlannedFault fault, string key, int fallback) =>
        fault.Parameters.TryGetValue(key, out var text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : fallback;

    private void Run(Action work)
    {
        var thread = new Thread(() => work()) { IsBackground = true, Name = "fault" };
        lock (_threads)
            _threads.Add(thread);
        thread.Start();
    }

    /// <summary>One fault while it goes on, and what is written of it.</summary>
    private sealed record Act(PlannedFault Fault, long Planned, string Node, FaultInjector Injector)
    {
        public void Tell(string what, string evidence = "", string text = "", JsonElement? charges = null, long? at = null)
        {
            var t = at ?? Injector.Clock.Now;
            Injector.History.Write("fault", t, json =>
            {
                json.WriteString("id", Fault.Id);
                json.WriteString("spec", Fault.Spec);
                json.WriteString("what", what);
                json.WriteString("kind", Fault.Kind);
                json.WriteString("node", Node);
                json.WriteString("target", Fault.Target);
                json.WriteNumber("planned", Planned);
                json.WriteNumber("late", t - Planned);
                json.WriteString("evidence", evidence);
                json.WriteString("text", text);
                // The very messages the fault had in its hands, as the node tells.
                if (charges is { ValueKind: JsonValueKind.Object } last && last.TryGetProperty("charges", out var list))
                {
                    json.WritePropertyName("charges");
                    list.WriteTo(json);
                    if (last.TryGetProperty("charged", out var all))
                        json.WriteNumber("charged", all.GetInt64());
                }
            });
            if (what is "begun" or "ended" or "failed")
                Injector.View.Say($"  fault {Fault.Id} {Fault.Kind} at {Node} {what}{(text.Length > 0 ? $": {text}" : what == "begun" ? string.Create(CultureInfo.InvariantCulture, $" ({(t - Planned) / 1000.0:0.0} ms late)") : "")}");
        }
    }

    private RunClock Clock => clock;

    private HistoryWriter History => history;

    private IProgressView View => view;
}
