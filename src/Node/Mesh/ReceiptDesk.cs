using System.Diagnostics;
using Akka.Actor;
using Anode.Sockets;

namespace Anode.Mesh;

/// <summary>Where a PUT's answer is kept, for one that is sent again.</summary>
internal interface IReceiptWindow
{
    /// <summary>It has been taken by so many. Returns who waits to hear it.</summary>
    IReadOnlyList<IActorRef> Answer(ulong id, long receivers);

    /// <summary>Who waits, though there is no answer yet.</summary>
    IReadOnlyList<IActorRef> Waiting(ulong id);
}

/// <summary>To a client's connection: these PUTs of its have been settled.</summary>
/// <param name="Receipts">Id and receivers, or <see cref="Late"/>: no receipt within the time for it, and it is still being tried.</param>
internal sealed record PutsSettled(IReadOnlyList<(ulong Id, long Receivers)> Receipts) : IReapable
{
    public const long Late = -1;
}

/// <summary>A part of a PUT that goes out again, to one node.</summary>
/// <param name="Node">To which.</param>
/// <param name="Queue">There for one member of this group; null: for all who are subscribed.</param>
/// <param name="Number">The same as before.</param>
/// <param name="Frame">The message.</param>
internal readonly record struct Resend(RemoteNode Node, byte[]? Queue, long Number, byte[] Frame);

/// <summary>
/// The PUTs of this node's clients that other nodes have not all confirmed. Each is kept with its bytes until every node that was subscribed
/// has said that it has it, or has been given up as gone; until then it is sent again, under the same number.
/// </summary>
/// <remarks>
/// The receipt comes from the end and not from the next hop, so a relay that dies with what it had acknowledged loses nothing. Any thread; what it
/// holds is bounded, since clients are not read while <see cref="IsFull"/>. A PUT has parts: one for all who are plainly subscribed, and one for each queue
/// group whose member was chosen elsewhere; each has a number of its own, for a node may get several.
/// </remarks>
internal sealed class ReceiptDesk(int capacity, TimeSpan patience)
{
    private const int FirstRetryMs = 300, LongestRetryMs = 2000;

    private readonly Lock _gate = new();
    private readonly Dictionary<long, Part> _parts = [];

    public bool IsFull => Count >= capacity;

    public int Count
    {
        get
        {
            lock (_gate)
                return _parts.Count;
        }
    }

    /// <summary>A part, before it is sent. The PUT stays open until <see cref="Sent"/>, whatever receipts come in between.</summary>
    public void Add(PendingPut put, long number, IEnumerable<RemoteNode> nodes, byte[]? queue)
    {
        lock (_gate)
        {
            _parts[number] = new Part(put, [.. nodes], queue);
            put.OpenParts++;
        }
    }

    /// <summary>It is on its way, and so many took it here. True: all others have confirmed already.</summary>
    public bool Sent(PendingPut put, long receivers)
    {
        lock (_gate)
        {
            put.Receivers += receivers;
            put.IsSent = true;
            return put.OpenParts == 0;
        }
    }

    /// <summary>A node has it, and so many took it there.</summary>
    public void On(string node, long number, long receivers, List<Settled> settled)
    {
        lock (_gate)
        {
            if (!_parts.TryGetValue(number, out var part) || part.Missing.RemoveAll(missing => missing.Name == node) == 0)
                return;
            part.Put.Receivers += receivers;
            Settle(number, part, settled);
        }
    }

    /// <summary>The node is gone, and its subscriptions with it: nobody waits for it any more.</summary>
    public void Forget(string node, List<Settled> settled)
    {
        lock (_gate)
        {
            foreach (var (number, part) in _parts.ToList())
            {
                if (part.Missing.RemoveAll(missing => missing.Name == node) > 0)
                    Settle(number, part, settled);
            }
        }
    }

    /// <summary>What has waited long enough to be sent again; after a change of routes, everything.</summary>
    public List<Resend> Due(bool all, List<Settled> late)
    {
        var due = new List<Resend>();
        var now = Stopwatch.GetTimestamp();
        lock (_gate)
        {
            foreach (var (number, part) in _parts)
            {
                var put = part.Put;
                if (!put.IsSent)
                    continue;
                if (!put.IsLate && Stopwatch.GetElapsedTime(part.Since, now) > patience)
                {
                    put.IsLate = true;
                    foreach (var client in put.Window.Waiting(put.Id))
                        late.Add(new Settled(client, put.Id, PutsSettled.Late));
                }

                if (!all && Stopwatch.GetElapsedTime(part.LastTry, now).TotalMilliseconds < Math.Min(FirstRetryMs << part.Tries, LongestRetryMs))
                    continue;
                part.LastTry = now;
                part.Tries = all ? 0 : Math.Min(part.Tries + 1, 8);
                foreach (var node in part.Missing)
                    due.Add(new Resend(node, part.Queue, number, put.Frame));
            }
        }

        return due;
    }

    /// <summary>A message to each client about all of its PUTs.</summary>
    public static void Tell(List<Settled> settled)
    {
        foreach (var client in settled.GroupBy(one => one.Client))
            client.Key.Tell(new PutsSettled([.. client.Select(one => (one.Id, one.Receivers))]), ActorRefs.NoSender);
        settled.Clear();
    }

    private void Settle(long number, Part part, List<Settled> settled)
    {
        if (part.Missing.Count > 0)
            return;
        _parts.Remove(number);
        var put = part.Put;
        if (--put.OpenParts > 0 || !put.IsSent)
            return;
        foreach (var client in put.Window.Answer(put.Id, put.Receivers))
            settled.Add(new Settled(client, put.Id, put.Receivers));
    }

    private sealed class Part(PendingPut put, List<RemoteNode> missing, byte[]? queue)
    {
        public PendingPut Put => put;

        public List<RemoteNode> Missing => missing;

        public byte[]? Queue => queue;

        public long Since { get; } = Stopwatch.GetTimestamp();

        public long LastTry { get; set; } = Stopwatch.GetTimestamp();

        public int Tries { get; set; }
    }
}

/// <summary>One PUT at the desk; what changes in it is guarded by the desk.</summary>
/// <param name="id">The client's number for it.</param>
/// <param name="window">Where its answer belongs.</param>
internal sealed class PendingPut(ulong id, IReceiptWindow window)
{
    public ulong Id => id;

    public IReceiptWindow Window => window;

    /// <summary>The message as MSG, prefix included; kept if other nodes have part in it.</summary>
    public byte[] Frame { get; set; } = [];

    public int OpenParts { get; set; }

    public long Receivers { get; set; }

    public bool IsSent { get; set; }

    /// <summary>Its client has been told that there is no receipt yet.</summary>
    public bool IsLate { get; set; }
}

/// <summary>What one client is to hear about one PUT.</summary>
internal readonly record struct Settled(IActorRef Client, ulong Id, long Receivers);
