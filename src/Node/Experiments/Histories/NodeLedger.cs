using System.Text.Json;
using Anode.Cli.Operator;

namespace Anode.Experiments.Histories;

/// <summary>A message that a node left out: by which policy, at which of its endpoints, and for whom.</summary>
/// <param name="Client">What the peer calls itself; empty: it does not say.</param>
internal sealed record LedgerDrop(string Node, string Policy, string Endpoint, string Client);

/// <summary>What one node said of the messages under test, at one moment.</summary>
internal sealed class NodeLedger
{
    private readonly Dictionary<(uint Flow, uint Epoch, long Sequence), List<LedgerDrop>> _drops = [];
    private readonly Dictionary<(uint Flow, uint Epoch), (long First, long Last, List<(long From, long To)> Gaps)> _flows = [];

    private NodeLedger(long t, string node, JsonElement raw) => (T, Node, Raw) = (t, node, raw);

    public long T { get; }

    public string Node { get; }

    /// <summary>As it was told.</summary>
    public JsonElement Raw { get; }

    /// <summary>False: this node accounts for nothing.</summary>
    public bool Enabled { get; private init; }

    /// <summary>In its queues when it was asked.</summary>
    public long PendingBytes { get; private init; }

    public static NodeLedger Of(long t, string node, JsonElement json)
    {
        var ledger = new NodeLedger(t, node, json)
        {
            Enabled = json.Find("enabled") is { ValueKind: JsonValueKind.True },
            PendingBytes = json.Find("pendingBytes") is { ValueKind: JsonValueKind.Number } pending ? pending.GetInt64() : 0,
        };
        foreach (var drop in json.Items("messages"))
        {
            var key = (drop.GetProperty("flow").GetUInt32(), drop.GetProperty("epoch").GetUInt32(), drop.GetProperty("sequence").GetInt64());
            if (!ledger._drops.TryGetValue(key, out var list))
                ledger._drops[key] = list = [];
            list.Add(new LedgerDrop(node, drop.Text("policy"), drop.Text("where"), drop.Text("client")));
        }

        foreach (var flow in json.Items("flows"))
        {
            ledger._flows[(flow.GetProperty("flow").GetUInt32(), flow.GetProperty("epoch").GetUInt32())] = (
                flow.GetProperty("first").GetInt64(), flow.GetProperty("last").GetInt64(),
                [.. flow.Items("gaps").Select(gap => (gap.GetProperty("from").GetInt64(), gap.GetProperty("to").GetInt64()))]);
        }

        return ledger;
    }

    public IReadOnlyList<LedgerDrop> DropsOf((uint Flow, uint Epoch, long Sequence) message) => _drops.GetValueOrDefault(message) is { } drops ? drops : [];

    /// <summary>Whether the message came by this node.</summary>
    public bool Saw((uint Flow, uint Epoch, long Sequence) message) =>
        _flows.TryGetValue((message.Flow, message.Epoch), out var flow) && message.Sequence >= flow.First && message.Sequence <= flow.Last
        && !flow.Gaps.Exists(gap => message.Sequence >= gap.From && message.Sequence <= gap.To);
}
