using Anode.Ledger;
using Anode.Mesh;
using Anode.Messages;
using Anode.Protocols.Link.Wire;
using Anode.Protocols.Native.Wire;
using Anode.Protocols.Relay;
using Anode.Routing;
using Anode.Sockets;

namespace Anode.Protocols.Link;

/// <summary>From the bytes of a lane to messages.</summary>
internal sealed partial class LinkClient
{
    /// <summary>What becomes of the batch at hand.</summary>
    private enum Fate
    {
        Skip,
        /// <summary>To this node's clients, and on to others behind it.</summary>
        Spread,
        /// <summary>To this node's clients.</summary>
        Here,
        /// <summary>On to the one node it is for.</summary>
        Onward,
    }

    /// <summary>
    /// One lane's bytes: frames, and where one is DATA, the messages behind its header, which are dealt with as they come: a batch of a megabyte
    /// needs no megabyte of memory.
    /// </summary>
    /// <param name="client">Whose.</param>
    /// <param name="counts">Its bytes are acknowledged as they are read; those of pieces have been when they came.</param>
    private sealed class Inflow(LinkClient client, bool counts)
    {
        private DuplicateWindow? _window;
        private Fate _fate;
        private byte[] _to = [];
        private string _toName = "";
        private byte[]? _queue;
        private Lane _lane;
        private int _hops;
        private bool _isRetry;
        private long _number;
        private int _left;
        private int _count;

        /// <summary>Whose batch is at hand, or was last.</summary>
        public Inbound? Inbound { get; private set; }

        public int Read(Slab slab, int offset, int length, out int needed)
        {
            needed = 0;
            var consumed = 0;
            while (client._connection.IsOpen)
            {
                var window = slab.Buffer.AsSpan(offset + consumed, length - consumed);
                var taken = _left > 0 ? Message(slab, offset + consumed, window, out needed) : Frame(window, out needed);
                if (taken == 0)
                    return client._connection.IsOpen ? consumed : length;
                consumed += taken;
            }

            return length;
        }

        private int Frame(ReadOnlySpan<byte> window, out int needed)
        {
            needed = Framing.PrefixBytes + 3;
            if (window.Length < needed)
                return 0;
            if (client._link is not null && IsData(window))
                return Header(window, out needed);
            switch (Framing.TryRead(window, LongestControlFrame, out var at, out var length, out needed))
            {
                case FrameResult.Complete:
                    var body = window.Slice(at, length);
                    if (!BodyReader.TryReadKind(body, out _, out var kind, out _))
                        client.Refuse(CloseReason.BadFrame, "a frame between nodes is an array that begins with its kind");
                    else
                        client.OnFrame(kind, body);
                    return needed;
                case FrameResult.Incomplete:
                    return 0;
                default:
                    client.Refuse(CloseReason.FrameTooLarge, $"a frame that is empty or longer than {LongestControlFrame} bytes");
                    return 0;
            }
        }

        /// <summary>Two bytes tell: the array's header, whichever form it has, and the kind.</summary>
        private static bool IsData(ReadOnlySpan<byte> window) =>
            (window[4] & 0xF0) == MsgPack.FixArray && window[5] == (byte)LinkKind.Data;

        private int Header(ReadOnlySpan<byte> window, out int needed)
        {
            needed = 0;
            if (!DataHeader.TryRead(window[..Math.Min(window.Length, DataHeader.LongestBytes)], out var header, out var length))
            {
                if (window.Length >= DataHeader.LongestBytes)
                    client.Refuse(CloseReason.BadFrame, "a DATA frame whose header is not what the protocol allows");
                return 0;
            }

            if (header.Count > 0 && header.DataBytes == 0)
            {
                client.Refuse(CloseReason.BadFrame, "a DATA frame that announces messages and carries none");
                return 0;
            }

            Begin(header);
            if (counts)
                client._dataBytes += length;
            return length;
        }

        private void Begin(in DataHeader header)
        {
            var mesh = client._mesh;
            (_left, _count, _number) = (header.DataBytes, header.Count, header.First);
            client._link!.CountIn();
            _window = null;
            if (header.Hops >= mesh.Settings.HopLimit)
            {
                mesh.Counters.CountHopLimit(header.Count);
                _fate = Fate.Skip;
                return;
            }

            Inbound = client.InboundOf(header);
            var passage = Inbound.Passage;
            (_lane, _hops, _isRetry) = (header.Lane, header.Hops, header.IsRetry);
            _queue = header.Queue.IsEmpty ? null : header.Queue.ToArray();
            if (!header.To.IsEmpty && !header.To.SequenceEqual(mesh.Utf8Node))
            {
                _fate = Fate.Onward;
                if (!header.To.SequenceEqual(_to))
                    (_to, _toName) = (header.To.ToArray(), System.Text.Encoding.UTF8.GetString(header.To));
                return;
            }

            _fate = header.To.IsEmpty ? Fate.Spread : Fate.Here;
            _window = passage.Utf8Origin.AsSpan().SequenceEqual(mesh.Utf8Node) ? null : mesh.Windows.Of(passage.Origin, passage.Incarnation, header.Lane);
            if (_window is null)
            {
                mesh.Counters.CountStale(header.Count);
                _fate = Fate.Skip;
            }
        }

        private int Message(Slab slab, int offset, ReadOnlySpan<byte> window, out int needed)
        {
            var limit = client.Limits.FrameBytes;
            if (window.Length > _left)
                window = window[.._left];
            switch (Framing.TryRead(window, Math.Min(limit, _left), out var at, out var length, out needed))
            {
                case FrameResult.Complete:
                    break;
                case FrameResult.Incomplete when needed <= _left:
                    return 0;
                default:
                    client.Refuse(CloseReason.BadFrame, "a message in a DATA frame that is empty, too long, or longer than the frame");
                    return 0;
            }

            var taken = _fate == Fate.Skip ? needed : Take(slab, offset, window, at, length);
            if (!client._connection.IsOpen)
                return 0;
            _left -= taken;
            if (counts)
                client._dataBytes += taken;
            if (_fate != Fate.Skip && (_left == 0) != (_count == 0))
                client.Refuse(CloseReason.BadFrame, "a DATA frame with more or fewer messages than it says");
            return taken;
        }

        private int Take(Slab slab, int offset, ReadOnlySpan<byte> window, int at, int length)
        {
            var body = window.Slice(at, length);
            if (!BodyReader.TryReadKind(body, out var items, out var kind, out var next) || kind != (long)Kind.Msg
                || !BodyReader.ReadMsg(body, items, next, out var view, client.Limits.NestingDepth).IsOk
                || !Subject.IsSubject(view.Subject.Of(body)))
            {
                client.Refuse(CloseReason.BadFrame, "a DATA frame carries something else than messages");
                return 0;
            }

            var total = at + length;
            var message = new Publication
            {
                Subject = view.Subject.Of(body),
                Payload = view.Payload.Of(body),
                PayloadIsString = view.PayloadIsString,
                Reply = view.Reply.Of(body),
                Headers = view.Headers.Of(body),
                FrameSlab = slab,
                FrameOffset = offset,
                FrameLength = total,
                PayloadSlab = slab,
                PayloadOffset = offset + at + view.Payload.Offset,
                Stride = total,
            };
            var run = _fate == Fate.Spread && _lane != Lane.Receipted && FrameRun.CanBegin(view, length)
                ? Math.Min(_count, FrameRun.Length(window, total, at + view.Payload.Offset))
                : 1;
            var isNew = _fate == Fate.Onward || _window!.TryTake(_number, run);
            if (!isNew && run > 1)
                (run, isNew) = (1, _window!.TryTake(_number));
            if (Inbound!.IsOver)
                client._mesh.Counters.CountStale(run);
            else if (isNew)
                Route(ref message, run);
            else
                OnDuplicate();
            client._messages += run;
            _number += run;
            _count -= run;
            return run * total;
        }

        private void Route(ref Publication message, int run)
        {
            var (passage, fanout) = (Inbound!.Passage, Inbound.Fanout);
            (passage.Lane, passage.Hops, passage.IsRetry, passage.Number) = (_lane, _hops, _isRetry, _number);
            switch (_fate)
            {
                case Fate.Onward:
                    if (!fanout.Forward(ref message, _to, _toName, _queue))
                        OnNoRoute(message);
                    break;
                case Fate.Here:
                    fanout.PublishHere(ref message, _queue);
                    Confirm(fanout.LocalReceivers);
                    break;
                case Fate.Spread when run > 1:
                    fanout.PublishRun(ref message, run);
                    break;
                default:
                    fanout.Publish(ref message);
                    if (fanout.LocalReceivers > 0)
                        Confirm(fanout.LocalReceivers);
                    break;
            }
        }

        private void OnNoRoute(in Publication message)
        {
            client._mesh.Counters.CountNoRoute(1);
            if (client.Core.Ledger is { } ledger && Stamp.TryRead(message.Payload, out var stamp))
                ledger.Drop(stamp, "no-route", client._connection.Record.Endpoint, client._connection.Record.ClientName);
        }

        /// <summary>It was taken before; whoever asks for it again has not had the receipt.</summary>
        private void OnDuplicate()
        {
            client._mesh.Counters.CountDuplicates(1);
            if (_fate == Fate.Here && _lane == Lane.Receipted)
                Inbound!.Receipts.Add((_number, _window!.NoteOf(_number)));
        }

        private void Confirm(int receivers)
        {
            if (_lane != Lane.Receipted)
                return;
            _window!.Note(_number, receivers);
            Inbound!.Receipts.Add((_number, receivers));
        }
    }
}
