using System.Net.Sockets;
using Anode.Messages;

namespace Anode.Tests.Support.Machines;

/// <summary>
/// A NATS and a native client of one machine's node that pass a message to and fro, without end: what must go on whatever becomes of the others.
/// </summary>
internal sealed class LocalTraffic : IAsyncDisposable
{
    /// <summary>Ports its node listens on.</summary>
    public const int Nats = 4222, Native = 7402;

    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(5), Pause = TimeSpan.FromMilliseconds(50);

    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly Task _work;
    private int _rounds;
    private int _breaks;
    private long _last = Environment.TickCount64;
    private long _longest;

    private LocalTraffic(Network network, string machine) => _work = network.RunIn(machine, () =>
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Pass();
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                lock (_gate)
                    _breaks++;
                _stop.Token.WaitHandle.WaitOne(Pause);
            }
        }

        return 0;
    });

    /// <summary>Arguments of its node.</summary>
    public static string[] Listeners =>
        ["--listen", $"tcp://127.0.0.1:{Nats}?name=nats&protocol=nats", "--listen", $"tcp://127.0.0.1:{Native}?name=native"];

    public static LocalTraffic On(Network network, string machine) => new(network, machine);

    /// <summary>Since this was last asked: messages that went to and fro, connections that broke, and the longest time without either.</summary>
    public (int Rounds, int Breaks, long LongestMs) Take()
    {
        lock (_gate)
        {
            Count();
            var taken = (_rounds, _breaks, _longest);
            (_rounds, _breaks, _longest) = (0, 0, 0);
            return taken;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _work;
        _stop.Dispose();
    }

    private void Pass()
    {
        using var native = NativeTestClient.Connect(NetAddress.Parse($"tcp://127.0.0.1:{Native}"));
        using var nats = NatsTestClient.Connect(NetAddress.Parse($"tcp://127.0.0.1:{Nats}"));
        native.Send(4, 1, "local.pong");
        native.Sync();
        nats.Say("SUB local.ping 1\n");
        nats.Sync();
        while (!_stop.Token.WaitHandle.WaitOne(Pace))
        {
            native.Send(3, "local.ping", "x");
            nats.HearUntil("MSG local.ping 1 1\nx\n");
            nats.Say("PUB local.pong 1\ny\n");
            for (var frame = ""; !frame.Contains("local.pong", StringComparison.Ordinal);)
            {
                frame = native.Receive();
                if (frame is NativeTestClient.Eof or NativeTestClient.Reset)
                    throw new EndOfStreamException(frame);
            }

            lock (_gate)
            {
                Count();
                _last = Environment.TickCount64;
                _rounds++;
            }
        }
    }

    private void Count() => _longest = Math.Max(_longest, Environment.TickCount64 - _last);
}
