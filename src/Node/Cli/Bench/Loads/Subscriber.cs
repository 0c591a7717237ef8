using Anode.Cli.Bench.Checks;
using Anode.Cli.Bench.Streams;
using Anode.Cli.Bench.Wire;

namespace Anode.Cli.Bench.Loads;

/// <summary>One thread that receives on a line of its own and shows every message to a check.</summary>
internal abstract class Subscriber(Line line, IDeliveryCheck check)
{
    private long _delivered;

    public Line Line => line;

    public IDeliveryCheck Check => check;

    /// <summary>Messages received, whatever the check says of them.</summary>
    public long Delivered
    {
        get => Volatile.Read(ref _delivered);
        protected set => Volatile.Write(ref _delivered, value);
    }

    /// <summary>Until the PONG to the last PING, or the end of the stream where there are no pings.</summary>
    public abstract void Run();
}

/// <inheritdoc/>
internal sealed class Subscriber<TSink>(Line line, IDeliveryCheck check, TSink sink) : Subscriber(line, check)
    where TSink : struct, IStampSink
{
    private TSink _sink = sink;
    private FrameTemplate? _template;

    public override void Run()
    {
        while (Line.Fill())
        {
            _sink.Arrived();
            if (!TakeAll())
                return;
        }

        if (Line.Format.HasSessions)
            throw new IOException("the server closed it");
    }

    /// <summary>All that is there; false once it is the end.</summary>
    private bool TakeAll()
    {
        for (; ; )
        {
            if (_template is not null)
            {
                var count = _template.Run(Line.Window, ref _sink);
                Line.Skip(count * _template.Length);
                Delivered += count;
            }

            var piece = Line.Window.IsEmpty ? Piece.Incomplete : Line.Format.Parse(Line.Window);
            switch (piece.Kind)
            {
                case PieceKind.Incomplete:
                    return true;
                case PieceKind.Message:
                    TakeOne(piece);
                    break;
                case PieceKind.Pong:
                    return false;
                default:
                    Line.TakeControl(piece);
                    break;
            }
        }
    }

    private void TakeOne(Piece piece)
    {
        _template = FrameTemplate.Of(Line.Window, piece);
        var payload = Line.Window.Slice(piece.PayloadOffset, piece.PayloadLength);
        _sink.Take(payload.Length >= Stamp.Bytes ? Stamp.Read(payload[Stamp.OffsetIn(payload)..]) : default);
        Line.Skip(piece.Length);
        Delivered++;
    }
}
