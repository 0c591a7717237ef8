using System.Text;
using Anode.Cli.Bench.Checks;
using Anode.Cli.Bench.Loads;
using Anode.Cli.Bench.Measuring;
using Anode.Messages;
using Anode.Protocols.Native.Wire;
using Anode.Sockets.Client;

namespace Anode.Cli.Bench.Datagrams;

/// <summary>
/// Keeps a number of datagrams under way through a relay: as many as have arrived are sent anew. That keeps the relay busy all the time without
/// flooding it, which would measure how fast a kernel throws datagrams away.
/// </summary>
/// <remarks>One thread sends and receives, so that on two cores the relay has one to itself.</remarks>
internal sealed class DatagramLoad
{
    private const int ReceiveBufferBytes = 4 * 1024 * 1024;

    // Longer than any relay keeps a datagram: when nothing comes for so long, all that was under way is lost.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(20);

    private readonly LoadRun _run;
    private readonly DatagramPlan _plan;
    private readonly DatagramClient _publisher;
    private readonly DatagramClient _subscriber;
    private readonly IDatagramPeer _peer;
    private readonly SequenceCheck _check;
    private readonly byte[] _frame;
    private readonly int _payloadOffset;
    private long _sent;
    private long _delivered;

    private DatagramLoad(LoadRun run, DatagramPlan plan, DatagramClient publisher, DatagramClient subscriber, IDatagramPeer peer)
    {
        (_run, _plan, _publisher, _subscriber, _peer) = (run, plan, publisher, subscriber, peer);
        _check = new SequenceCheck("the subscriber", run.Number, 0, 1);
        (_frame, _payloadOffset) = FrameOf(plan, run.Number);
        for (var i = 0; i < DatagramClient.Batch; i++)
            _frame.CopyTo(publisher[i]);
    }

    public static DatagramResult Run(NetAddress address, IDatagramPeer peer, DatagramPlan plan, ServerProbe probe, LoadRun run, ProgressView view)
    {
        using var subscriber = Connect(address);
        using var publisher = Connect(address);
        try
        {
            peer.Register(subscriber, Encoding.UTF8.GetBytes(plan.Subject));
        }
        catch (IOException e)
        {
            throw CommandFailure.Failed($"cannot reach {address}: {e.Message}");
        }

        return new DatagramLoad(run, plan, publisher, subscriber, peer).Measure(probe, view);
    }

    /// <summary>The smallest datagram that has room for subject and stamp.</summary>
    public static int LeastBytes(string subject) => Write(new byte[512], subject, Stamp.Bytes, out _);

    private static DatagramClient Connect(NetAddress address)
    {
        try
        {
            return DatagramClient.Connect(address, ReceiveBufferBytes, Patience);
        }
        catch (IOException e)
        {
            throw CommandFailure.Failed($"cannot reach {address}: {e.Message}");
        }
    }

    private DatagramResult Measure(ServerProbe probe, ProgressView view)
    {
        var thread = _run.Start("the load", Circulate);
        try
        {
            view.During(_run, "warm-up", _plan.WarmUp, () => Volatile.Read(ref _delivered));
            var before = Snapshot.Take(probe, Counts, first: true);
            view.During(_run, "measuring", _plan.Duration, () => Volatile.Read(ref _delivered));
            var after = Snapshot.Take(probe, Counts, first: false);
            _run.Stop();
            thread.Join();
            _run.ThrowIfBroken();
            _check.End([_sent]);
            return new DatagramResult(before, after, _sent, _delivered, _check.Verdict);
        }
        finally
        {
            // The sockets must outlive the thread that uses their memory.
            _run.Stop();
            thread.Join();
        }
    }

    private (long Sent, long Delivered) Counts() => (Volatile.Read(ref _sent), Volatile.Read(ref _delivered));

    private void Circulate()
    {
        // What has arrived or been overtaken is no longer under way; after a silence nothing is.
        for (var settled = 0L; ;)
        {
            if (!_run.IsStopping)
                Send((int)Math.Min(DatagramClient.Batch, _plan.Window - (_sent - settled)));
            var count = _subscriber.Receive();
            if (count == 0 && _run.IsStopping)
                return;
            settled = count == 0 ? _sent : Math.Max(settled, Take(count));
        }
    }

    private void Send(int count)
    {
        if (count <= 0)
            return;
        for (var i = 0; i < count; i++)
            BitConverter.TryWriteBytes(_publisher[i][(_payloadOffset + Stamp.SequenceOffset)..], (ulong)_sent + (ulong)i);
        Volatile.Write(ref _sent, _sent + _publisher.Send(count, _frame.Length));
    }

    private long Take(int count)
    {
        var messages = 0;
        for (var i = 0; i < count; i++)
        {
            var datagram = _subscriber[i][.._subscriber.LengthOf(i)];
            if (datagram.Length == _frame.Length && datagram[.._payloadOffset].SequenceEqual(_frame.AsSpan(0, _payloadOffset)))
            {
                _check.Take(Stamp.Read(datagram[_payloadOffset..]));
                messages++;
            }
            else
            {
                _peer.OnControl(_subscriber, datagram.ToArray());
            }
        }

        Volatile.Write(ref _delivered, _delivered + messages);
        return _check.Accounted;
    }

    private static (byte[] Frame, int PayloadOffset) FrameOf(DatagramPlan plan, uint run)
    {
        // The payload's own header has two bytes or three, so the size is found rather than computed.
        var room = new byte[FrameWriter.SizeOfMsg(plan.Subject.Length, plan.DatagramBytes)];
        for (var payload = plan.DatagramBytes; payload >= Stamp.Bytes; payload--)
        {
            var length = Write(room, plan.Subject, payload, out var offset);
            if (length > plan.DatagramBytes)
                continue;
            new Stamp(Stamp.SourceOf(run, 0), 0).Write(room.AsSpan(offset));
            return (room[..length], offset);
        }

        throw new ArgumentException($"no datagram to '{plan.Subject}' has {plan.DatagramBytes} bytes", nameof(plan));
    }

    private static int Write(byte[] room, string subject, int payloadBytes, out int payloadOffset)
    {
        var length = FrameWriter.Msg(room, prefix: false, Encoding.UTF8.GetBytes(subject), Stamp.Payload(payloadBytes));
        payloadOffset = length - payloadBytes;
        return length;
    }
}

/// <summary>Two snapshots around the measurement, and the whole.</summary>
internal sealed record DatagramResult(Snapshot Before, Snapshot After, long Sent, long Delivered, Verdict Verdict);
