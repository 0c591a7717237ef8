using System.Buffers.Binary;
using Anode.Ledger;

namespace Anode.Protocols.Relay;

/// <summary>The account of messages under test; others pass with a comparison of their first eight bytes.</summary>
internal sealed partial class Fanout
{
    private FlowAccount? _account;

    private void Account(in Publication first, int count, int subscribers, int links)
    {
        if (core.Ledger is not { } book || !Stamp.TryRead(first.Payload, out var stamp))
            return;
        if (_account is null || _account.Flow != stamp.Flow || _account.Epoch != stamp.Epoch)
        {
            _account = book.Of(stamp);
            if (_account is null)
                return;
        }

        if (count == 1)
            _account.Take(stamp.Sequence, 1, passage is not null, subscribers, links);
        else
            AccountRun(book, first, stamp, count, subscribers, links);
    }

    /// <summary>As long as numbers follow one another they are one entry.</summary>
    private void AccountRun(LedgerBook book, in Publication first, in Stamp stamp, int count, int subscribers, int links)
    {
        var flowAndEpoch = first.Payload.Slice(8, 8);
        var (begin, length) = (stamp.Sequence, 1);
        for (var i = 1; i < count; i++)
        {
            var payload = first.PayloadSlab!.Buffer.AsSpan(first.PayloadOffset + (i * first.Stride), first.Payload.Length);
            if (payload.Slice(8, 8).SequenceEqual(flowAndEpoch) && BinaryPrimitives.ReadInt64LittleEndian(payload[16..]) == begin + length
                && payload.StartsWith(Stamp.Magic))
            {
                length++;
                continue;
            }

            _account!.Take(begin, length, passage is not null, subscribers, links);
            if (!Stamp.TryRead(payload, out var next) || book.Of(next) is not { } account)
            {
                // Another's, without a stamp: the rest one by one.
                for (i++; i < count; i++)
                    Account(first.InRun(i), 1, subscribers, links);
                return;
            }

            flowAndEpoch = payload.Slice(8, 8);
            (_account, begin, length) = (account, next.Sequence, 1);
        }

        _account!.Take(begin, length, passage is not null, subscribers, links);
    }
}
