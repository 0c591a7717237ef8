using System.Collections.Concurrent;

namespace Anode.Ledger;

/// <summary>One node's account of all messages under test: what came and went, and what was left out, by whom and why. Any thread.</summary>
/// <remarks>Messages without a stamp cost a comparison of eight bytes. Accounts are bounded: a flow beyond the bound is not accounted for, and counted.</remarks>
internal sealed class LedgerBook
{
    private const int MostFlows = 10_000, DropsKept = 100_000;

    private readonly ConcurrentDictionary<ulong, FlowAccount> _flows = new();
    private readonly ConcurrentDictionary<(string Policy, string Where), long> _dropped = new();
    private readonly ConcurrentQueue<Dropped> _drops = new();
    private long _unaccounted;

    public IEnumerable<FlowAccount> Flows => _flows.Values.OrderBy(account => account.Flow).ThenBy(account => account.Epoch);

    /// <summary>How many were left out, by policy and place.</summary>
    public IEnumerable<KeyValuePair<(string Policy, string Where), long>> DropCounts => _dropped.OrderBy(entry => entry.Key);

    /// <summary>The newest of these, one by one.</summary>
    public IEnumerable<Dropped> Drops => _drops;

    /// <summary>Messages of flows beyond the bound.</summary>
    public long Unaccounted => Interlocked.Read(ref _unaccounted);

    /// <summary>Null: there are too many.</summary>
    public FlowAccount? Of(in Stamp stamp)
    {
        var key = ((ulong)stamp.Flow << 32) | stamp.Epoch;
        if (_flows.TryGetValue(key, out var account))
            return account;
        if (_flows.Count >= MostFlows)
        {
            Interlocked.Increment(ref _unaccounted);
            return null;
        }

        return _flows.GetOrAdd(key, static (_, stamp) => new FlowAccount(stamp.Flow, stamp.Epoch), stamp);
    }

    /// <param name="client">What the peer it was for calls itself; null: nothing.</param>
    public void Drop(in Stamp stamp, string policy, string where, string? client)
    {
        _dropped.AddOrUpdate((policy, where), 1, static (_, count) => count + 1);
        _drops.Enqueue(new Dropped(stamp, policy, where, client ?? ""));
        while (_drops.Count > DropsKept && _drops.TryDequeue(out _))
        {
        }
    }

    /// <summary>A new experiment begins: what was before is forgotten.</summary>
    public void Clear()
    {
        _flows.Clear();
        _dropped.Clear();
        _drops.Clear();
        Interlocked.Exchange(ref _unaccounted, 0);
    }
}

/// <summary>A message under test that was left out.</summary>
internal readonly record struct Dropped(Stamp Stamp, string Policy, string Where, string Client);
