using Anode.Experiments.Histories;
using Anode.Experiments.Plans;
using Anode.Experiments.Scenarios;

namespace Anode.Experiments.Accounting;

/// <summary>A run's history → its counts. Pure; the definitions are those of <see cref="Reports.Definitions"/>.</summary>
internal sealed class Accountant
{
    public const long BinLength = 100_000;

    private readonly Run _run;
    private readonly Scenario _scenario;
    private readonly Account _account;
    private readonly Receiver[] _receivers;
    private readonly long[] _ackTimeouts;
    private readonly bool[] _acknowledged;

    private Accountant(Run run, Scenario scenario)
    {
        (_run, _scenario) = (run, scenario);
        _account = new Account { Run = run.Number, IsControl = run.IsControl };
        _receivers = Receiver.Of(scenario);
        var flows = Flow.Of(scenario);
        _ackTimeouts = [.. flows.Select(flow => flow.Workload.AckTimeout.Ticks / 10)];
        _acknowledged = [.. flows.Select(flow => flow.Workload.Acknowledge != Acknowledge.None)];
    }

    public static Account Of(Run run, Scenario scenario) => new Accountant(run, scenario).Count();

    private Account Count()
    {
        CountOutcomes();
        _account.Bins = new Bin[Math.Max(1, _run.Length / BinLength + 1)];
        var got = Deliveries();
        foreach (var receiver in _receivers)
            _account.Tallies.Add(Settle(receiver, got));
        var missing = Missing(got);
        CountStrays();
        FillBins(got);
        CountLatencies(got);
        _account.Recoveries.AddRange(_run.Faults.Where(fault => fault.Begun is not null).Select(fault => Recovering.Of(fault, _run, _account.Bins, _scenario.SteadyState)));
        var explainer = new Explainer(_run, _scenario);
        _account.Losses.AddRange(missing.Select(m => new Loss(
            m.Receiver.Id, m.Send.Flow, m.Send.Epoch, m.Send.Sequence, m.Send.Invoked, m.Kind, ChargeOf(m.Send), explainer.Of(m.Receiver, m.Send, m.Kind, Through(m.Send)))));
        _account.Silent = Explainer.Silent(_run, _scenario);
        Observe();
        return _account;
    }

    private void CountOutcomes()
    {
        foreach (var send in _run.Sends.Values)
        {
            _account.Invoked++;
            switch (send.Outcome)
            {
                case Outcome.Ok:
                    _account.Acked++;
                    break;
                case Outcome.Fail:
                    _account.Failed++;
                    break;
                case Outcome.Info:
                    _account.Info++;
                    break;
                default:
                    _account.Open++;
                    break;
            }
        }
    }

    /// <summary>For each receiver: message → when it came first and how often. Orders and strays are counted on the way.</summary>
    private Dictionary<(uint, uint, long), (long First, int Copies)>[] Deliveries()
    {
        var seatToReceiver = _receivers.SelectMany((r, i) => r.Seats.Select(seat => (seat, i))).ToDictionary(p => p.seat, p => p.i);
        var got = _receivers.Select(_ => new Dictionary<(uint, uint, long), (long, int)>()).ToArray();
        foreach (var delivery in _run.Deliveries)
        {
            var key = (delivery.Flow, delivery.Epoch, delivery.Sequence);
            if (!seatToReceiver.TryGetValue(delivery.Seat, out var receiver) || !_run.Sends.ContainsKey(key) || !_receivers[receiver].Flows.Contains(delivery.Flow))
            {
                Unexpected($"publisher {delivery.Flow}'s number {delivery.Sequence} at receiver {delivery.Seat}: {(_run.Sends.ContainsKey(key) ? "not for it" : "never sent")}");
                continue;
            }

            got[receiver][key] = got[receiver].TryGetValue(key, out var before) ? (before.Item1, before.Item2 + 1) : (delivery.T, 1);
        }

        return got;
    }

    private Tally Settle(Receiver receiver, Dictionary<(uint, uint, long), (long First, int Copies)>[] all)
    {
        var got = all[Array.IndexOf(_receivers, receiver)];
        var tally = new Tally(receiver.Id, receiver.Counted);
        foreach (var send in _run.Sends.Values.Where(send => receiver.Flows.Contains(send.Flow)))
        {
            if (got.TryGetValue((send.Flow, send.Epoch, send.Sequence), out var delivered))
            {
                tally.Delivered++;
                tally.Duplicates += delivered.Copies - 1;
                if (send.Outcome is Outcome.Info or Outcome.Fail || (send.Outcome == Outcome.Open && _acknowledged[send.Flow]))
                    tally.Recovered++;
            }
            else if (!IsExpected(receiver, send))
            {
                tally.Away++;
            }
            else if (send.Outcome == Outcome.Fail)
            {
                tally.Failed++;
            }
        }

        foreach (var seat in receiver.Seats)
            CountOrder(seat, tally);
        return tally;
    }

    private bool IsExpected(Receiver receiver, Send send) =>
        receiver.WasThere(_run, send.Invoked, Through(send));

    /// <summary>When it had been acknowledged, or could not be any more.</summary>
    private long Through(Send send) => send.Outcome == Outcome.Ok ? send.Ended : send.Invoked + _ackTimeouts[send.Flow];

    /// <summary>Below the highest seen of the same publisher. Copies are duplicates and not counted here.</summary>
    private void CountOrder(int seat, Tally tally)
    {
        var highest = new Dictionary<(uint, uint), long>();
        var seen = new HashSet<(uint, uint, long)>();
        foreach (var delivery in _run.Deliveries.Where(d => d.Seat == seat && _run.Sends.ContainsKey((d.Flow, d.Epoch, d.Sequence))))
        {
            if (!seen.Add((delivery.Flow, delivery.Epoch, delivery.Sequence)))
                continue;
            var max = highest.GetValueOrDefault((delivery.Flow, delivery.Epoch), -1);
            if (delivery.Sequence > max)
            {
                highest[(delivery.Flow, delivery.Epoch)] = delivery.Sequence;
                continue;
            }

            tally.OutOfOrder++;
            tally.FarthestOutOfOrder = Math.Max(tally.FarthestOutOfOrder, max - delivery.Sequence);
        }
    }

    private void CountStrays()
    {
        foreach (var stray in _run.Strays)
            Unexpected($"{stray.Why} at receiver {stray.Seat}");
    }

    private void Unexpected(string what)
    {
        _account.Unexpected++;
        if (_account.FirstUnexpected.Length == 0)
            _account.FirstUnexpected = what;
    }

    private void FillBins(Dictionary<(uint, uint, long), (long First, int Copies)>[] got)
    {
        var bins = _account.Bins;
        var within = _scenario.SteadyState.Within.Ticks / 10;
        foreach (var send in _run.Sends.Values)
        {
            ref var bin = ref bins[Math.Clamp(send.Intended / BinLength, 0, bins.Length - 1)];
            bin.Intended++;
            var good = true;
            for (var i = 0; i < _receivers.Length; i++)
            {
                if (!_receivers[i].Counted || !_receivers[i].Flows.Contains(send.Flow))
                    continue;
                var arrived = got[i].TryGetValue((send.Flow, send.Epoch, send.Sequence), out var delivery);
                good &= arrived && delivery.First - send.Intended <= within;
                if (arrived)
                    bin.Slowest = Math.Max(bin.Slowest, (delivery.First - send.Intended) / 1000f);
            }

            if (good)
                bin.Good++;
        }

        foreach (var delivery in _run.Deliveries)
            bins[Math.Clamp(delivery.T / BinLength, 0, bins.Length - 1)].Delivered++;
        // Only whole bins of measured phases: the one in which the load begins or ends is half empty by nature.
        var measured = Enumerable.Range(0, bins.Length).Where(i => bins[i].Intended > 0 && PhaseAt(i * BinLength) is { Measured: true }).ToList();
        if (measured.Count > 0)
            _account.Availability = measured.Count(i => bins[i].Good >= bins[i].Intended * _scenario.SteadyState.Share) / (double)measured.Count;
    }

    private PhaseRecord? PhaseAt(long t) => _run.Phases.Find(phase => t >= phase.From && t < phase.To);

    private void CountLatencies(Dictionary<(uint, uint, long), (long First, int Copies)>[] got)
    {
        foreach (var phase in _run.Phases)
        {
            var (acks, deliveries) = (new List<long>(), new List<long>());
            foreach (var send in _run.Sends.Values.Where(send => send.Intended >= phase.From && send.Intended < phase.To))
            {
                if (send.Outcome == Outcome.Ok)
                    acks.Add(send.Ended - send.Intended);
                for (var i = 0; i < _receivers.Length; i++)
                {
                    if (_receivers[i].Counted && got[i].TryGetValue((send.Flow, send.Epoch, send.Sequence), out var delivery))
                        deliveries.Add(delivery.First - send.Intended);
                }
            }

            if (Latency.Of(acks) is { } ack)
                _account.AckLatency[phase.Name] = ack;
            if (Latency.Of(deliveries) is { } delivered)
                _account.DeliveryLatency[phase.Name] = delivered;
        }
    }

    /// <summary>
    /// What did not arrive where somebody was there for it. An OK that names its receivers is taken at its word: it is broken if fewer got the message, and only
    /// then; receivers beyond that number were unknown to the server.
    /// </summary>
    private List<(Receiver Receiver, Send Send, string Kind)> Missing(Dictionary<(uint, uint, long), (long First, int Copies)>[] got)
    {
        var all = new List<(Receiver, Send, string)>();
        var missing = new List<int>();
        foreach (var send in _run.Sends.Values.Where(send => send.Outcome != Outcome.Fail))
        {
            missing.Clear();
            var delivered = 0;
            for (var i = 0; i < _receivers.Length; i++)
            {
                if (got[i].ContainsKey((send.Flow, send.Epoch, send.Sequence)))
                    delivered++;
                else if (_receivers[i].Flows.Contains(send.Flow) && IsExpected(_receivers[i], send))
                    missing.Add(i);
            }

            var broken = send.Receivers < 0 ? missing.Count : send.Receivers - delivered;
            foreach (var i in missing)
            {
                var kind = send.Outcome != Outcome.Ok ? "never-acked" : broken-- > 0 ? "lost-acked" : "unheard";
                var tally = _account.Tallies[i];
                _ = kind switch { "never-acked" => tally.NeverAcked++, "lost-acked" => tally.LostAcked++, _ => tally.Unheard++ };
                if (_receivers[i].Counted)
                    all.Add((_receivers[i], send, kind));
            }
        }

        return all;
    }

    /// <summary>
    /// The fault that says itself that it had it in its hands; else the newest fault that had begun before the message was through, and was neither over nor
    /// recovered from when it was sent.
    /// </summary>
    private string ChargeOf(Send send)
    {
        if (_run.Faults.Find(fault => fault.Charges.Contains((send.Flow, send.Epoch, send.Sequence))) is { } culprit)
            return culprit.Id;
        var until = Through(send);
        return _run.Faults.Where(fault => fault.Begun <= until && send.Invoked <= OverAt(fault)).MaxBy(fault => fault.Begun)?.Id ?? "";
    }

    private long OverAt(FaultRecord fault)
    {
        var recover = _account.Recoveries.Find(recovery => recovery.Fault == fault.Id)?.Recover;
        return Math.Max(fault.Ended ?? fault.Begun!.Value, fault.Begun!.Value + (long)((recover ?? 2000) * 1000));
    }

    private void Observe()
    {
        _account.DroppedByPolicy = _run.Happenings.Where(h => h.Kind is "messages-dropped" or "slow-consumer").Sum(h => h.Messages);
        // Planned ones are the experiment's own doing; endpoints and unplanned ends of processes are the nodes'.
        _account.Restarts = _run.Samples.GroupBy(s => s.Node).Sum(node => RestartsOf(node)) + _run.Happenings.Count(h => h.Kind == "died");
        foreach (var node in _run.Samples.GroupBy(s => s.Node))
        {
            var (before, after) = (node.FirstOrDefault(s => s.When == "before"), node.LastOrDefault(s => s.When == "after"));
            if (before is not null && after is not null)
            {
                _account.Leaks.Add(new Leak(
                    node.Key, after.Connections - before.Connections, after.SlabBytes - before.SlabBytes, after.Descriptors - before.Descriptors, after.Actors - before.Actors));
            }
        }

        foreach (var endpoint in _run.Ownerships.GroupBy(o => o.Endpoint))
        {
            var order = endpoint.OrderBy(o => o.From).ToList();
            for (var i = 1; i < order.Count && _account.TwoOwners.Length == 0; i++)
            {
                if (order.Take(i).FirstOrDefault(o => o.Node != order[i].Node && o.To > order[i].From) is { } other)
                    _account.TwoOwners = $"{endpoint.Key}: {order[i].Node} took it at {order[i].From / 1000} ms while {other.Node} had it";
            }
        }
    }

    /// <summary>A node that was started anew counts from zero again.</summary>
    private static long RestartsOf(IEnumerable<Sample> samples)
    {
        var (sum, last) = (0L, 0L);
        foreach (var sample in samples.Where(s => s.Restarts >= 0))
        {
            sum += sample.Restarts >= last ? sample.Restarts - last : sample.Restarts;
            last = sample.Restarts;
        }

        return sum;
    }
}
