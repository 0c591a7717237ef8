using Anode.Sockets;

namespace Anode.Ledger;

/// <summary>Puts what sockets leave out on the account of the policy by which they did.</summary>
internal sealed class DropWitness(LedgerBook book) : IDropWitness
{
    public void OnDropped(Delivery delivery, ConnectionRecord record, string policy)
    {
        for (var i = 0; i < delivery.Count; i++)
        {
            var range = delivery[i];
            ReadOnlySpan<byte> rest = range.Slab.Buffer.AsSpan(range.Offset, range.Length);
            while (Stamp.TryFind(ref rest, out var stamp))
                book.Drop(stamp, policy, record.Endpoint, record.ClientName);
        }
    }
}
