using System.Globalization;
using System.Text.Json;
using Anode.Cli.Operator;

namespace Anode.Experiments.Histories;

/// <summary>Lines → history. A line that a killed runner left half written ends it; any other that makes no sense is an error with its number.</summary>
internal sealed class HistoryReader
{
    private readonly List<Run> _runs = [];
    private readonly Dictionary<int, long> _present = [];
    private JsonElement _head;
    private string? _aborted;
    private Run? _run;

    /// <exception cref="InvalidDataException">This is no history; the message says why.</exception>
    public static History Read(IEnumerable<string> lines)
    {
        var reader = new HistoryReader();
        var number = 0;
        string? broken = null;
        foreach (var line in lines)
        {
            if (broken is not null)
                throw new InvalidDataException(broken);
            number++;
            try
            {
                using var json = JsonDocument.Parse(line);
                reader.Take(json.RootElement);
            }
            catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
            {
                broken = $"line {number}: {e.Message}";
            }
        }

        return reader.Finish();
    }

    private History Finish()
    {
        EndRun();
        if (_head.ValueKind != JsonValueKind.Object)
            throw new InvalidDataException("it does not begin with an experiment");
        return new History(
            _head.Text("scenario"), _head.Text("file"), _head.GetProperty("seed").GetUInt64(), _head.GetProperty("repeat").GetInt32(), _head.GetProperty("control").GetBoolean(),
            _head.Text("command"), _head.GetProperty("environment"), _runs)
        { AbortedBecause = _aborted };
    }

    private void Take(JsonElement line)
    {
        var kind = line.GetProperty("e").GetString()!;
        var t = line.GetProperty("t").GetInt64();
        if (_run is not null)
            _run.Length = Math.Max(_run.Length, t);
        switch (kind)
        {
            case "experiment":
                _head = line.Clone();
                break;
            case "run":
                EndRun();
                _run = new Run
                {
                    Number = line.GetProperty("run").GetInt32(),
                    IsControl = line.GetProperty("control").GetBoolean(),
                    Seed = line.GetProperty("seed").GetUInt64(),
                    Began = DateTimeOffset.Parse(line.Text("utc"), CultureInfo.InvariantCulture),
                };
                _runs.Add(_run);
                break;
            case "aborted":
                _aborted = line.Text("why");
                break;
            default:
                if (_run is not null)
                    InRun(_run, kind, t, line);
                break;
        }
    }

    private void InRun(Run run, string kind, long t, JsonElement line)
    {
        switch (kind)
        {
            case "invoke":
                var send = new Send { Flow = Flow(line), Epoch = Epoch(line), Sequence = Sequence(line), Intended = line.GetProperty("at").GetInt64(), Invoked = t };
                run.Sends[(send.Flow, send.Epoch, send.Sequence)] = send;
                break;
            case "ok" or "fail" or "info":
                End(run, kind, t, line);
                break;
            case "got":
                run.Deliveries.Add(new Got(t, line.GetProperty("c").GetInt32(), Flow(line), Epoch(line), Sequence(line)));
                break;
            case "stray":
                run.Strays.Add(new Stray(t, line.GetProperty("c").GetInt32(), line.Text("why"), line.TryGetProperty("f", out var f) ? f.GetUInt32() : 0, line.TryGetProperty("s", out var s) ? s.GetInt64() : -1));
                break;
            case "present":
                _present[line.GetProperty("c").GetInt32()] = t;
                break;
            case "absent":
                Absent(run, line.GetProperty("c").GetInt32(), t);
                break;
            case "phase":
                if (run.Phases.Count > 0)
                    run.Phases[^1].To = t;
                run.Phases.Add(new PhaseRecord(line.Text("name"), t, line.GetProperty("measured").GetBoolean()));
                break;
            case "fault":
                Fault(run, t, line);
                break;
            case "event" or "node" or "conn":
                run.Happenings.Add(new Happening(t, line.Text("node"), line.Text("kind"), line.Text("about"), line.Text("text"), line.TryGetProperty("messages", out var m) ? m.GetInt64() : 0));
                break;
            case "sample":
                run.Samples.Add(new Sample(t, line.Text("node"), line.Text("when"), Number(line, "connections"), Number(line, "slabs"), Number(line, "fds"), Number(line, "actors"), Number(line, "restarts"), Number(line, "members")));
                break;
            case "owner":
                Owner(run, t, line);
                break;
            case "ledger":
                run.Ledgers.Add(NodeLedger.Of(t, line.Text("node"), line.GetProperty("ledger").Clone()));
                break;
            case "door":
                run.Doors.Add((line.Text("node"), line.Text("door"), line.Text("why")));
                break;
            case "drain":
                run.Quiescent = line.GetProperty("quiescent").GetBoolean();
                break;
            case "run-end":
                run.Finished = true;
                run.Trouble = line.Text("trouble");
                break;
        }
    }

    private static void End(Run run, string kind, long t, JsonElement line)
    {
        if (!run.Sends.TryGetValue((Flow(line), Epoch(line), Sequence(line)), out var send))
            throw new InvalidOperationException("something ended that never began");
        // Sent again and answered after all: ok is the stronger word, and the only one that can follow another.
        if (send.Outcome != Outcome.Open && kind != "ok")
            return;
        send.Outcome = kind switch { "ok" => Outcome.Ok, "fail" => Outcome.Fail, _ => Outcome.Info };
        send.Ended = t;
        send.Why = line.Text("why");
        if (kind == "ok")
            send.Receivers = line.GetProperty("n").GetInt64();
    }

    private static void Fault(Run run, long t, JsonElement line)
    {
        var id = line.Text("id");
        var fault = run.Faults.Find(known => known.Id == id);
        if (fault is null)
        {
            fault = new FaultRecord
            {
                Id = id,
                Spec = line.Text("spec"),
                Kind = line.Text("kind"),
                Node = line.Text("node"),
                Target = line.Text("target"),
                Planned = line.GetProperty("planned").GetInt64(),
            };
            run.Faults.Add(fault);
        }

        switch (line.Text("what"))
        {
            case "begun":
                fault.Begun = t;
                break;
            case "effect":
                fault.Effect = t;
                break;
            case "ended":
                fault.Ended = t;
                break;
            case "failed":
                fault.Failure = line.Text("text");
                break;
        }

        foreach (var charge in line.Items("charges"))
        {
            var message = (charge.GetProperty("flow").GetUInt32(), charge.GetProperty("epoch").GetUInt32(), charge.GetProperty("sequence").GetInt64());
            fault.Charges.Add(message);
            if (charge.Text("kind") is "lost" or "changed")
                fault.Taken.Add(message);
        }

        fault.ListsNotAll |= Number(line, "charged") > line.Items("charges").Count();
        if (line.Text("evidence") is { Length: > 0 } evidence)
            fault.Evidence = fault.Evidence.Length == 0 ? evidence : $"{fault.Evidence}; {evidence}";
    }

    private static void Owner(Run run, long t, JsonElement line)
    {
        var (endpoint, node) = (line.Text("endpoint"), line.Text("node"));
        if (line.Text("what") == "acquired")
            run.Ownerships.Add(new Ownership(endpoint, node, t));
        else if (run.Ownerships.FindLast(o => o.Endpoint == endpoint && o.Node == node && o.To == long.MaxValue) is { } open)
            open.To = t;
    }

    private void Absent(Run run, int seat, long t)
    {
        if (!_present.Remove(seat, out var from))
            return;
        if (!run.Presences.TryGetValue(seat, out var list))
            run.Presences[seat] = list = [];
        list.Add(new Presence(from, t));
    }

    private void EndRun()
    {
        if (_run is null)
            return;
        foreach (var seat in _present.Keys.ToArray())
            Absent(_run, seat, long.MaxValue);
        EndOwnershipsOfTheDead(_run);
        if (_run.Phases.Count > 0)
            _run.Phases[^1].To = Math.Min(_run.Phases[^1].To, _run.Length);
        _run = null;
    }

    /// <summary>A process that was killed could not say any more that it owns nothing.</summary>
    private static void EndOwnershipsOfTheDead(Run run)
    {
        // Killed, it does nothing more from the signal on; that it has ended the runner learns later, and maybe after its heir has begun.
        var ends = run.Faults.Where(fault => fault.Effect is not null && fault.Kind is "process.kill" or "process.terminate" or "process.restart")
            .Select(fault => (fault.Node, From: (fault.Kind == "process.kill" ? fault.Begun : null) ?? fault.Effect!.Value, To: fault.Effect!.Value))
            .Concat(run.Happenings.Where(h => h.Kind == "died").Select(h => (Node: h.Source, From: h.T, To: h.T)));
        foreach (var (node, from, to) in ends)
        {
            foreach (var owned in run.Ownerships.Where(owned => owned.Node == node && owned.From < to && owned.To > from))
                owned.To = Math.Max(from, owned.From);
        }
    }

    private static uint Flow(JsonElement line) => line.GetProperty("f").GetUInt32();

    private static uint Epoch(JsonElement line) => line.GetProperty("ep").GetUInt32();

    private static long Sequence(JsonElement line) => line.GetProperty("s").GetInt64();

    private static long Number(JsonElement line, string name) => line.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt64() : -1;
}
