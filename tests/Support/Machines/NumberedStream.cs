using System.Globalization;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Anode.Messages;

namespace Anode.Tests.Support.Machines;

/// <summary>A client of one machine's node that publishes numbers, and one of another's that notes which of them come, and when.</summary>
internal sealed partial class NumberedStream : IAsyncDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(5);

    private readonly CancellationTokenSource _stop = new();
    private readonly NativeTestClient _publisher, _subscriber;
    private readonly Lock _gate = new();
    private readonly Dictionary<int, int> _seen = [];
    private readonly Task _publishing, _receiving;
    private int _sent;
    private long _last = Environment.TickCount64;
    private long _longest;

    private NumberedStream(NativeTestClient publisher, NativeTestClient subscriber, string subject)
    {
        (_publisher, _subscriber) = (publisher, subscriber);
        _publishing = Blocking.Run(() => Publish(subject));
        _receiving = Blocking.Run(Receive);
    }

    /// <summary>Both nodes have <see cref="LocalTraffic.Listeners"/>; nothing is said before the first knows of the subscription.</summary>
    public static async Task<NumberedStream> StartAsync(Network network, string from, string to, Func<string, Task> untilKnown)
    {
        var subject = $"numbers.{from}.{to}";
        var door = NetAddress.Parse($"tcp://127.0.0.1:{LocalTraffic.Native}");
        var subscriber = await network.RunIn(to, () => NativeTestClient.Connect(door));
        subscriber.Send(4, 1, subject);
        await Blocking.Run(subscriber.Sync);
        await untilKnown(subject);
        return new NumberedStream(await network.RunIn(from, () => NativeTestClient.Connect(door)), subscriber, subject);
    }

    /// <summary>Since the last time: the longest that nothing came.</summary>
    public long TakeLongestMs()
    {
        lock (_gate)
        {
            var longest = Math.Max(_longest, Environment.TickCount64 - _last);
            _longest = 0;
            return longest;
        }
    }

    /// <summary>Numbers that have come, each counted once.</summary>
    public int Received
    {
        get
        {
            lock (_gate)
                return _seen.Count;
        }
    }

    /// <summary>Ends it, and tells how many were sent, how many of them never came, and how many came more than once.</summary>
    public async Task<(int Sent, int Lost, int Twice)> EndAsync()
    {
        await _stop.CancelAsync();
        await _publishing;
        // What is on its way has time enough before the subscriber's last word, which is answered by its own node.
        await Blocking.Run(_publisher.Settle);
        using var patience = new CancellationTokenSource(AnodeProcess.Patience);
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!patience.IsCancellationRequested && await pace.WaitForNextTickAsync(CancellationToken.None))
        {
            lock (_gate)
            {
                if (_seen.ContainsKey(_sent) || Environment.TickCount64 - _last > 2000)
                    break;
            }
        }

        _subscriber.Socket.Shutdown(SocketShutdown.Both);
        await _receiving;
        lock (_gate)
            return (_sent, _sent - _seen.Count, _seen.Values.Count(times => times > 1));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _publisher.Dispose();
        _subscriber.Dispose();
        await Task.WhenAll(_publishing, _receiving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private void Publish(string subject)
    {
        while (!_stop.Token.WaitHandle.WaitOne(Pace))
        {
            _publisher.Send(3, subject, (_sent + 1).ToString(CultureInfo.InvariantCulture));
            _sent++;
        }
    }

    private void Receive()
    {
        for (string frame; (frame = _subscriber.Receive()) is not (NativeTestClient.Eof or NativeTestClient.Reset);)
        {
            if (Number().Match(frame) is not { Success: true } match)
                continue;
            var number = int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
            lock (_gate)
            {
                var now = Environment.TickCount64;
                (_longest, _last) = (Math.Max(_longest, now - _last), now);
                _seen[number] = _seen.GetValueOrDefault(number) + 1;
            }
        }
    }

    [GeneratedRegex("""^\[3,"numbers\.[^"]*",["'](\d+)["']""")]
    private static partial Regex Number();
}
