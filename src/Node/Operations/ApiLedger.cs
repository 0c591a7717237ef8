using Anode.Ledger;

namespace Anode.Operations;

/// <param name="Flow">Number of the publisher within the experiment.</param>
/// <param name="Epoch">Incarnation of the publisher.</param>
/// <param name="FromClients">Messages of it that clients of this node brought.</param>
/// <param name="FromLinks">And other nodes.</param>
/// <param name="First">Lowest sequence number seen; −1: none.</param>
/// <param name="Last">Highest.</param>
/// <param name="Missing">Between these, never seen here.</param>
/// <param name="Duplicates">Came again.</param>
/// <param name="OutOfOrder">Came behind a higher number.</param>
/// <param name="FarthestBack">By so many at most.</param>
/// <param name="Queued">Copies for subscribers of this node.</param>
/// <param name="SentOn">Copies to other nodes.</param>
/// <param name="Unheard">Nobody was subscribed.</param>
/// <param name="Dropped">Copies left out on this node.</param>
/// <param name="Charged">By fault: messages it had in its hands, by what it did to them.</param>
/// <param name="Gaps">The missing ones, from and to; the newest 1,000 runs of them, no further back than 65,536.</param>
internal sealed record ApiFlow(
    uint Flow, uint Epoch, long FromClients, long FromLinks, long First, long Last, long Missing, long Duplicates, long OutOfOrder, long FarthestBack,
    long Queued, long SentOn, long Unheard, long Dropped, IReadOnlyDictionary<string, long> Charged, IReadOnlyList<ApiGap> Gaps);

internal sealed record ApiGap(long From, long To);

internal sealed record ApiDrop(string Policy, string Where, long Count);

/// <param name="Client">What the peer it was for calls itself; empty: nothing.</param>
internal sealed record ApiDroppedMessage(uint Flow, uint Epoch, long Sequence, string Policy, string Where, string Client);

/// <param name="Enabled">False: nothing is accounted for.</param>
/// <param name="Flows">Of all messages under test that came by here.</param>
/// <param name="Dropped">Copies left out, by policy and endpoint.</param>
/// <param name="Messages">The newest of these, at most 10,000.</param>
/// <param name="PendingBytes">In this node's queues to its connections: what is in flight here.</param>
/// <param name="Unaccounted">Messages of flows beyond the bound of 10,000 flows.</param>
internal sealed record ApiLedger(
    bool Enabled, IReadOnlyList<ApiFlow> Flows, IReadOnlyList<ApiDrop> Dropped, IReadOnlyList<ApiDroppedMessage> Messages, long PendingBytes, long Unaccounted)
{
    private const int MessagesShown = 10_000, GapsShown = 1000;

    public static ApiLedger Of(NodeView view)
    {
        var pending = view.Sockets.Connections.Open.Sum(record => record.Outlet?.PendingBytes ?? 0);
        if (view.Relay.Ledger is not { } book)
            return new ApiLedger(false, [], [], [], pending, 0);
        var drops = book.Drops.ToList();
        var dropped = drops.CountBy(drop => (drop.Stamp.Flow, drop.Stamp.Epoch)).ToDictionary();
        var charged = ChargesOf(view);
        return new ApiLedger(
            true,
            [.. book.Flows.Select(account => FlowOf(account, dropped.GetValueOrDefault((account.Flow, account.Epoch)), charged))],
            [.. book.DropCounts.Select(entry => new ApiDrop(entry.Key.Policy, entry.Key.Where, entry.Value))],
            [.. drops.TakeLast(MessagesShown).Select(drop => new ApiDroppedMessage(drop.Stamp.Flow, drop.Stamp.Epoch, drop.Stamp.Sequence, drop.Policy, drop.Where, drop.Client))],
            pending, book.Unaccounted);
    }

    private static ApiFlow FlowOf(FlowAccount account, int dropped, ILookup<(uint, uint), (string Key, long Count)> charged)
    {
        var figures = account.Figures();
        return new ApiFlow(
            account.Flow, account.Epoch, figures.FromClients, figures.FromLinks, figures.First, figures.Last, figures.Missing, figures.Copies,
            figures.OutOfOrder, figures.FarthestBack, figures.Queued, figures.SentOn, figures.Unheard, dropped,
            charged[(account.Flow, account.Epoch)].ToDictionary(charge => charge.Key, charge => charge.Count),
            [.. account.Gaps(GapsShown).Select(gap => new ApiGap(gap.From, gap.To))]);
    }

    /// <summary>For each flow: <c>f1 lost</c> and how many.</summary>
    private static ILookup<(uint, uint), (string Key, long Count)> ChargesOf(NodeView view)
    {
        var faults = view.Faults is { } room ? room.Board.Active.Concat(room.Board.Ended) : [];
        return faults
            .SelectMany(fault => fault.Tally.Charges
                .CountBy(charge => (charge.Stamp.Flow, charge.Stamp.Epoch, charge.Kind))
                .Select(entry => (Flow: (entry.Key.Flow, entry.Key.Epoch), Charge: (Key: $"{fault.Id} {entry.Key.Kind.ToString().ToLowerInvariant()}", Count: (long)entry.Value))))
            .ToLookup(entry => entry.Flow, entry => entry.Charge);
    }
}
