using System.Diagnostics;
using System.Runtime.CompilerServices;
using Anode.Cli.Bench.Checks;
using Anode.Cli.Bench.Measuring;
using Anode.Cli.Bench.Streams;
using Anode.Cli.Bench.Wire;

namespace Anode.Cli.Bench.Loads;

/// <summary>One thread that asks and waits for the answer, which has to be the request's own payload.</summary>
internal sealed class Requester(LoadRun run, Line line, FrameBlock request, int index, Pace? pace, RequestPlan plan, StrongBox<bool> recording)
{
    private readonly Stamp _first = new(Stamp.SourceOf(run.Number, index), 0);
    private long _sent;
    private long _answered;

    public Line Line => line;

    public Latencies Latencies { get; } = new();

    public Verdict Verdict { get; } = new();

    public long Sent => Volatile.Read(ref _sent);

    public long Answered => Volatile.Read(ref _answered);

    public void Run()
    {
        if (pace is not null)
            Pace.WakeInTime();
        line.SetReceiveTimeout(plan.Timeout);
        while (TryAwaitTurn(out var intended))
        {
            line.Send(request.Number((ulong)_sent, 1));
            Volatile.Write(ref _sent, _sent + 1);
            AwaitAnswer();
            Volatile.Write(ref _answered, _answered + 1);
            if (Volatile.Read(ref recording.Value))
                Latencies.Record(intended, Stopwatch.GetTimestamp());
        }
    }

    /// <summary>An answer that came late makes the next request late, and its time counts from when it was to be sent.</summary>
    private bool TryAwaitTurn(out long intended)
    {
        while (pace is not null && !run.IsStopping && pace.DueBy(index, Stopwatch.GetTimestamp()) <= _sent)
            pace.WaitFor(index, _sent);
        intended = pace?.IntendedAt(index, _sent) ?? Stopwatch.GetTimestamp();
        return !run.IsStopping;
    }

    private void AwaitAnswer()
    {
        try
        {
            while (!TakeAnswer(line.Next()))
            {
            }
        }
        catch (TimeoutException)
        {
            throw CommandFailure.TimedOut($"client {index}: request {_sent - 1} was not answered within {Figures.Seconds(plan.Timeout)}");
        }
    }

    private bool TakeAnswer(Piece piece)
    {
        if (line.TakeControl(piece))
            return false;
        if (piece.IsNoResponders)
            throw new CommandFailure(ExitCode.NoResponders, $"nobody is subscribed to '{plan.Subject}'");
        var isOurs = piece.Kind == PieceKind.Message && piece.PayloadLength >= Stamp.Bytes && IsAnswer(Stamp.Read(line.Window[piece.PayloadOffset..]));
        line.Skip(piece.Length);
        return isOurs;
    }

    private bool IsAnswer(Stamp stamp)
    {
        if (stamp == _first with { Sequence = (ulong)_sent - 1 })
            return true;
        if (stamp.Source != _first.Source)
            Verdict.Foreign++;
        else
            Verdict.Duplicated++;
        Verdict.Say(() => stamp.Source == _first.Source ? $"client {index}: request {stamp.Sequence} was answered again" : $"client {index}: an answer to somebody else came");
        return false;
    }
}
