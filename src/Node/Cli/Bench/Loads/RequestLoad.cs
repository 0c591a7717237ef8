using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Anode.Cli.Bench.Checks;
using Anode.Cli.Bench.Measuring;
using Anode.Cli.Bench.Streams;
using Anode.Cli.Bench.Wire;

namespace Anode.Cli.Bench.Loads;

/// <summary>Clients that ask and responders that answer, each a connection with a thread.</summary>
internal sealed class RequestLoad : IDisposable
{
    private const int WindowBytes = 64 * 1024;

    private readonly Target _target;
    private readonly RequestPlan _plan;
    private readonly LoadRun _run;
    private readonly List<Responder> _responders = [];
    private readonly List<Requester> _clients = [];
    private readonly StrongBox<bool> _recording = new();
    private readonly Pace? _pace;

    private RequestLoad(Target target, RequestPlan plan, LoadRun run)
    {
        (_target, _plan, _run) = (target, plan, run);
        _pace = plan.Rate is { } rate ? new Pace(rate, plan.Clients) : null;
    }

    public static RequestResult Run(Target target, RequestPlan plan, ServerProbe probe, LoadRun run, ProgressView view)
    {
        using var load = new RequestLoad(target, plan, run);
        load.Open();
        return load.Measure(probe, view);
    }

    public void Dispose()
    {
        _run.Close();
        _run.Stop();
        _clients.ForEach(client => client.Line.Dispose());
        _responders.ForEach(responder => responder.Line.Dispose());
    }

    private void Open()
    {
        var subject = Encoding.UTF8.GetBytes(_plan.Subject);
        // A bare relay sends back what it gets and knows no subjects.
        for (var i = 0; i < (_target.Format.HasSessions ? _plan.Responders : 0); i++)
        {
            _responders.Add(new Responder(Line.Open(_target, Role.Subscriber, WindowBytes)));
            _responders[^1].Line.Subscribe(_target.Format.Subscribe(1, subject, _plan.Responders > 1 ? "bench"u8 : default));
        }

        for (var i = 0; i < _plan.Clients; i++)
        {
            var line = Line.Open(_target, Role.Echo, WindowBytes);
            var inbox = _target.Format.InboxOf(line.Greeting, string.Create(CultureInfo.InvariantCulture, $"{_run.Number:x8}{i}"));
            var block = new FrameBlock(_target.Format, subject, _plan.PayloadBytes, Encoding.UTF8.GetBytes(inbox), Stamp.SourceOf(_run.Number, i));
            _clients.Add(new Requester(_run, line, block, i, _pace, _plan, _recording));
            line.Subscribe(_target.Format.SubscribeInbox(inbox));
        }
    }

    private RequestResult Measure(ServerProbe probe, ProgressView view)
    {
        probe.AllocatedBytes(); // a node builds its metrics for the first who asks
        for (var i = 0; i < _responders.Count; i++)
            _run.Start($"responder {i}", _responders[i].Run);
        _pace?.Begin();
        var asking = _clients.Select((client, i) => _run.Start($"client {i}", client.Run)).ToList();
        view.During(_run, "warm-up", _plan.WarmUp, Answered);
        Volatile.Write(ref _recording.Value, true);
        var before = Snapshot.Take(probe, () => (Sent(), Answered()), first: true);
        view.During(_run, "measuring", _plan.Duration, Answered);
        var after = Snapshot.Take(probe, () => (Sent(), Answered()), first: false);
        Volatile.Write(ref _recording.Value, false);
        _run.Stop();
        // Each ends with the answer to its last request, or with its time-out.
        _run.WaitUntil(() => asking.TrueForAll(thread => !thread.IsAlive), _plan.Timeout * 2);
        _run.Close();
        _run.ThrowIfBroken();
        return new RequestResult(before, after, Sent(), Answered(), Judge(), Latencies.Summarize(_clients.Select(client => client.Latencies)));
    }

    private long Sent() => _clients.Sum(client => client.Sent);

    private long Answered() => _clients.Sum(client => client.Answered);

    private Verdict Judge()
    {
        var verdict = new Verdict { Lost = Sent() - Answered() };
        _clients.ForEach(client => verdict.Add(client.Verdict));
        return verdict;
    }
}

/// <summary>Two snapshots around the measurement, and the whole.</summary>
internal sealed record RequestResult(Snapshot Before, Snapshot After, long Sent, long Answered, Verdict Verdict, LatencySummary? Latency);
