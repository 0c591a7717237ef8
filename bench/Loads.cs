using System.Diagnostics;
using System.Net.Sockets;
using HdrHistogram;

namespace Anode.Bench;

/// <summary>One measurement of throughput.</summary>
internal readonly record struct Throughput(double DeliveredPerSecond, double MegabytesPerSecond, double CpuSecondsPerMillion, double? AllocatedPerMessage);

/// <summary>The loads: one publisher to n subscribers as fast as it goes, and a ping-pong.</summary>
internal static class Loads
{
    private const int SendBytes = 64 * 1024;

    /// <summary>
    /// All messages are alike, so counting bytes counts messages; each subscriber also compares what it got with what was sent, so a byte lost,
    /// doubled or moved is an error and not a better figure.
    /// </summary>
    public static Throughput Stream(ServerProcess server, bool native, int subscribers, int payloadBytes, TimeSpan warmUp, TimeSpan duration)
    {
        var message = native ? NativeFrames.Msg(payloadBytes) : BareMessage(payloadBytes);
        var perSend = Math.Max(1, SendBytes / message.Length);
        var block = Repeat(message, perSend);
        var targets = Enumerable.Range(0, subscribers).Select(_ => Open(server, native, 'S')).ToArray();
        using var publisher = Open(server, native, 'P');
        var received = new long[subscribers * 16];
        var readers = targets.Select((socket, i) => new Thread(() => Read(socket, block, message.Length, ref received[i * 16])) { IsBackground = true }).ToArray();
        foreach (var reader in readers)
            reader.Start();
        var stop = false;
        var writer = new Thread(() =>
        {
            while (!Volatile.Read(ref stop))
                publisher.Send(block);
        });
        writer.Start();
        Pause(warmUp);
        var (before, cpuBefore, allocatedBefore) = (Sum(received), server.ProcessorTime, server.AllocatedBytes());
        var clock = Stopwatch.StartNew();
        Pause(duration);
        var (after, cpuAfter, seconds) = (Sum(received), server.ProcessorTime, clock.Elapsed.TotalSeconds);
        var allocated = server.AllocatedBytes() - allocatedBefore;
        Volatile.Write(ref stop, true);
        writer.Join();
        var messages = (double)(after - before) / message.Length;
        foreach (var target in targets)
            target.Dispose();
        foreach (var reader in readers)
            reader.Join();
        if (Sum(received) < 0)
            throw new InvalidOperationException("a subscriber got other bytes than were sent");
        return new Throughput(
            messages / seconds,
            messages * payloadBytes / seconds / 1e6,
            (cpuAfter - cpuBefore).TotalSeconds / messages * 1e6,
            allocated / messages);
    }

    /// <summary>Round trips of one message through the server and back to its sender.</summary>
    public static HistogramBase PingPong(ServerProcess server, bool native, int payloadBytes, TimeSpan warmUp, TimeSpan duration)
    {
        var message = native ? NativeFrames.Msg(payloadBytes) : BareMessage(payloadBytes);
        using var socket = Open(server, native, 'E');
        var answer = new byte[message.Length];
        var histogram = new LongHistogram(TimeSpan.FromSeconds(10).Ticks, 3);
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < warmUp + duration)
        {
            var start = Stopwatch.GetTimestamp();
            socket.Send(message);
            NativeFrames.ReadExactly(socket, answer);
            if (clock.Elapsed > warmUp)
                histogram.RecordValue(Stopwatch.GetElapsedTime(start).Ticks);
        }

        return histogram;
    }

    private static Socket Open(ServerProcess server, bool native, char role)
    {
        var socket = server.Connect();
        if (native)
            NativeFrames.Open(socket, subscribe: role is not 'P');
        else
            socket.Send([(byte)role]);
        return socket;
    }

    private static void Read(Socket socket, byte[] block, int messageBytes, ref long received)
    {
        var buffer = new byte[256 * 1024];
        var at = 0;
        try
        {
            for (int count; (count = socket.Receive(buffer)) > 0;)
            {
                for (var done = 0; done < count;)
                {
                    var take = Math.Min(count - done, block.Length - at);
                    if (!buffer.AsSpan(done, take).SequenceEqual(block.AsSpan(at, take)))
                    {
                        Volatile.Write(ref received, long.MinValue / 64);
                        return;
                    }

                    done += take;
                    at = (at + take) % block.Length;
                }

                Volatile.Write(ref received, received + count);
            }
        }
        catch (SocketException)
        {
            // the end of the measurement closed it
        }
        catch (ObjectDisposedException)
        {
            // likewise
        }
    }

    private static byte[] BareMessage(int payloadBytes) => NativeFrames.Msg(payloadBytes);

    private static byte[] Repeat(byte[] message, int times)
    {
        var block = new byte[message.Length * times];
        for (var i = 0; i < times; i++)
            message.CopyTo(block, i * message.Length);
        return block;
    }

    private static long Sum(long[] received) => received.Sum();

    private static void Pause(TimeSpan span) => new ManualResetEventSlim().Wait(span);
}
