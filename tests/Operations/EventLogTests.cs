using System.IO.Pipelines;
using Anode.Operations;
using CsCheck;
using Xunit;

namespace Anode.Tests.Operations;

public sealed class EventLogTests
{
    private static readonly TimeSpan Never = TimeSpan.FromHours(1);

    [Fact]
    public void Reader_that_keeps_up_sees_every_event_once_and_in_order() =>
        Gen.Int[0, 400].Array[1, 12].Sample(bursts =>
        {
            var log = new EventLog();
            var seen = new List<long>();
            foreach (var burst in bursts)
            {
                Append(log, burst);
                while (log.After(seen.LastOrDefault(), 256) is { Count: > 0 } events)
                    seen.AddRange(events.Select(entry => entry.Id));
            }

            Assert.Equal(Enumerable.Range(1, bursts.Sum()).Select(id => (long)id), seen);
        });

    [Fact]
    public void Newest_thousand_are_kept() =>
        Gen.Select(Gen.Int[0, 3000], Gen.Int[0, 3500], Gen.Int[0, 1200]).Sample((appended, after, most) =>
        {
            var log = new EventLog();
            Append(log, appended);
            var kept = Enumerable.Range(1, appended).Select(id => (long)id).TakeLast(EventLog.Kept).Where(id => id > after).ToList();
            Assert.Equal(kept.Take(most), log.After(after, most).Select(entry => entry.Id));
            Assert.Equal(kept.TakeLast(most), log.Newest(after, most).Select(entry => entry.Id));
        });

    [Fact]
    public void Waiting_reader_is_woken_by_the_next_event()
    {
        var log = new EventLog();
        Append(log, 1);
        Assert.True(log.Beyond(0).IsCompletedSuccessfully);
        var (first, second) = (log.Beyond(1), log.Beyond(1));
        Assert.False(first.IsCompleted);
        Append(log, 1);
        Assert.True(first.IsCompletedSuccessfully && second.IsCompletedSuccessfully);
        Assert.False(log.Beyond(2).IsCompleted);
    }

    [Fact]
    public async Task Reader_that_fell_behind_is_told_how_many_it_missed()
    {
        var log = new EventLog();
        Append(log, 1500);
        using var reading = new Reading(log, 10, Never);
        Assert.Equal(": the events of this node", await reading.Events.LineAsync());

        var first = await reading.Events.NextAsync();
        Assert.Equal((null, "dropped", 490), (first!.Id, first.Kind, first.Data.GetProperty("count").GetInt32()));
        for (var id = 501; id <= 1500; id++)
            Assert.Equal(id, (await reading.Events.NextAsync())!.Id);
    }

    [Fact]
    public async Task Silence_is_filled_with_comments()
    {
        using var reading = new Reading(new EventLog(), 0, TimeSpan.FromMilliseconds(1));
        for (var line = await reading.Events.LineAsync(); line != ": still here"; line = await reading.Events.LineAsync())
            Assert.True(line is "" or ": the events of this node", line);
    }

    [Fact]
    public async Task Stopping_node_ends_the_stream_after_what_had_happened()
    {
        var log = new EventLog();
        using var stopping = new CancellationTokenSource();
        using var reading = new Reading(log, 0, Never, stopping.Token);
        Append(log, 1);
        Assert.Equal(1, (await reading.Events.NextAsync())!.Id);
        Append(log, 1);
        await stopping.CancelAsync();
        Assert.Equal(2, (await reading.Events.NextAsync())!.Id);
        Assert.Null(await reading.Events.NextAsync());
    }

    [Fact]
    public async Task Event_with_line_breaks_stays_one_event()
    {
        var log = new EventLog();
        log.Append(new LoggedEvent(0, DateTimeOffset.UnixEpoch, "said", null, null, "one\ntwo\r\n\ndata: three"));
        Append(log, 1);
        using var reading = new Reading(log, 0, Never);
        Assert.Equal("one\ntwo\r\n\ndata: three", (await reading.Events.NextAsync())!.Data.GetProperty("text").GetString());
        Assert.Equal(2, (await reading.Events.NextAsync())!.Id);
    }

    private static void Append(EventLog log, int count)
    {
        for (var i = 0; i < count; i++)
            log.Append(new LoggedEvent(0, DateTimeOffset.UnixEpoch, "said", null, null, ""));
    }

    /// <summary>A stream of events into a pipe, without HTTP.</summary>
    private sealed class Reading : IDisposable
    {
        private readonly CancellationTokenSource _left = new();

        public Reading(EventLog log, long last, TimeSpan heartbeat, CancellationToken stopping = default)
        {
            var pipe = new Pipe();
            Events = new EventReader(new StreamReader(pipe.Reader.AsStream()));
            _ = EventStreams.Follow(pipe.Writer.AsStream(), log, last, heartbeat, _left.Token, stopping)
                .ContinueWith(ended => pipe.Writer.Complete(ended.Exception), TaskScheduler.Default);
        }

        public EventReader Events { get; }

        public void Dispose()
        {
            _left.Cancel();
            _left.Dispose();
        }
    }
}
