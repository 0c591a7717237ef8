using System.Diagnostics;
using Anode.Sockets;

namespace Anode.Faults;

/// <summary>
/// A frame fault where frames cannot be cut out of a stream: on a link, whose frames are batches of messages with one header. It meets a batch before the link
/// counts it, so that loss, copies and delays lie below what the link acknowledges. Outward only.
/// </summary>
internal sealed class FrameGate
{
    private readonly IStreamSeamHost _host;
    private readonly DelayLine _line;
    private readonly Dice _dice;
    private readonly List<Delivery> _kept = [];

    public FrameGate(ActiveFault fault, IStreamSeamHost host, DelayLine line)
    {
        (Fault, _host, _line) = (fault, host, line);
        _dice = fault.DiceFor((host.Record.Id * 4) + 3);
    }

    public ActiveFault Fault { get; }

    /// <returns>True: taken over.</returns>
    public bool Takes(Delivery delivery)
    {
        if (delivery.Messages == 0 || Fault.Spec.Direction == FaultDirection.In || !_dice.Hits(Fault.Spec.Probability))
            return false;
        var piece = PieceOf(delivery);
        switch (Fault.Spec.Shape)
        {
            case Loss:
                Fault.Tally.CountLost(piece);
                delivery.Release();
                return true;
            case Duplicate:
                Fault.Tally.CountChanged(piece, ChargeKind.Doubled);
                _host.Repost(CopyOf(piece, delivery));
                return false;
            case Corrupt:
                Fault.Tally.CountChanged(piece, ChargeKind.Changed);
                // Below the checksum of messages under test; of others the last byte.
                var changed = CopyOf(piece, delivery);
                piece.Buffer[piece.Length - 1] ^= (byte)(1 << _dice.Below(8));
                delivery.Release();
                _host.Repost(changed);
                return true;
            case Reorder:
                Fault.Tally.CountChanged(piece, ChargeKind.Moved);
                Keep(delivery, TimeSpan.FromMilliseconds(5 + (5 * ((Reorder)Fault.Spec.Shape).Depth)));
                return true;
            case FrameDelay late:
                Fault.Tally.CountDelayed();
                var delay = late.Delay.Draw(_dice);
                Fault.Tally.Delayed(delay);
                Keep(delivery, delay);
                return true;
            default:
                return false;
        }
    }

    /// <summary>What is kept goes on.</summary>
    public void End()
    {
        foreach (var delivery in _kept.ToList())
            LetGo(delivery);
    }

    public void Drop()
    {
        foreach (var delivery in _kept)
            delivery.Release();
        _kept.Clear();
    }

    private void Keep(Delivery delivery, TimeSpan time)
    {
        delivery.Disown();
        _kept.Add(delivery);
        _line.Tell(_host.Self, new Due(this, delivery), Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency));
    }

    private void LetGo(Delivery delivery)
    {
        if (_kept.Remove(delivery))
            _host.Repost(delivery);
    }

    private static Piece PieceOf(Delivery delivery)
    {
        var bytes = new byte[delivery.Bytes];
        var fill = 0;
        for (var i = 0; i < delivery.Count; i++)
        {
            var range = delivery[i];
            range.Slab.Buffer.AsSpan(range.Offset, range.Length).CopyTo(bytes.AsSpan(fill));
            fill += range.Length;
        }

        return new Piece(bytes, 0, bytes.Length, IsFrame: true, 0, 0, null);
    }

    private Delivery CopyOf(in Piece piece, Delivery of)
    {
        var slab = Slab.Foreign(piece.Buffer);
        var copy = Delivery.Rent();
        copy.Append(slab, 0, piece.Length, of.Messages);
        slab.Release();
        (copy.About, copy.IsBulk, copy.Frames) = (of.About, of.IsBulk, of.Frames);
        _host.Outlet.Recharge(piece.Length);
        copy.ChargeTo(_host.Outlet);
        return copy;
    }

    private sealed class Due(FrameGate gate, Delivery delivery) : SeamSignal
    {
        public override void Run() => gate.LetGo(delivery);
    }
}
