using System.Globalization;
using System.Text;
using Anode.Cli.Bench.Wire;
using Anode.Protocols.Native.Wire;

namespace Anode.Experiments.Running;

internal enum FlowPieceKind
{
    Incomplete,
    Message,
    Ping,
    Pong,
    Greeting,
    Receipt,

    /// <summary>The server refused one message, or says that it does not know.</summary>
    Refused,

    /// <summary>The end, with the server's reason.</summary>
    Farewell,
    Other,
}

/// <summary>What the front of a window holds, as far as an experiment has to know.</summary>
internal readonly record struct FlowPiece(FlowPieceKind Kind, int Length, Piece Inner = default)
{
    public long Id { get; init; }

    public long Receivers { get; init; }

    public string Text { get; init; } = "";
}

/// <summary>One protocol as an experiment speaks it: what the load generator knows of it, and receipts. Pure.</summary>
internal abstract class FlowWire(WireFormat format)
{
    public WireFormat Format => format;

    public static FlowWire Of(string protocol) => protocol == "nats" ? new NatsWire() : new NativeWire();

    public abstract byte[] Hello(string client, string producer);

    public abstract byte[] Publish(long id, bool receipt, ReadOnlySpan<byte> subject, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> reply);

    /// <exception cref="IOException">These bytes are not this protocol.</exception>
    public virtual FlowPiece Parse(ReadOnlySpan<byte> window)
    {
        var piece = format.Parse(window);
        return new FlowPiece(
            piece.Kind switch
            {
                PieceKind.Incomplete => FlowPieceKind.Incomplete,
                PieceKind.Message => FlowPieceKind.Message,
                PieceKind.Ping => FlowPieceKind.Ping,
                PieceKind.Pong => FlowPieceKind.Pong,
                PieceKind.Greeting => FlowPieceKind.Greeting,
                PieceKind.Refusal => FlowPieceKind.Farewell,
                _ => FlowPieceKind.Other,
            },
            piece.Length, piece)
        { Text = piece.Text ?? "" };
    }

    protected byte[] PlainPublish(ReadOnlySpan<byte> subject, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> reply)
    {
        var room = new byte[format.SizeOf(subject.Length, payload.Length, reply.Length)];
        return room[..format.Write(room, subject, payload, reply, out _)];
    }
}

/// <summary>With PUT and its OK.</summary>
internal sealed class NativeWire() : FlowWire(new NativeFormat())
{
    private const int MaxFrameBytes = 128 * 1024 * 1024;

    public override byte[] Hello(string client, string producer)
    {
        var hello = new Hello { Name = client, Producer = producer };
        var room = new byte[FrameWriter.SizeOf(hello)];
        return room[..FrameWriter.Hello(room, prefix: true, hello)];
    }

    public override byte[] Publish(long id, bool receipt, ReadOnlySpan<byte> subject, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> reply)
    {
        if (!receipt)
            return PlainPublish(subject, payload, reply);
        var room = new byte[FrameWriter.SizeOfPut(subject.Length, payload.Length, reply.Length)];
        return room[..FrameWriter.Put(room, prefix: true, (ulong)id, subject, payload, reply: reply)];
    }

    public override FlowPiece Parse(ReadOnlySpan<byte> window)
    {
        if (Framing.TryRead(window, MaxFrameBytes, out var offset, out var length, out var total) == FrameResult.Complete)
        {
            var body = window.Slice(offset, length);
            if (BodyReader.TryReadKind(body, out var items, out var kind, out var at))
            {
                if (kind == (long)Kind.Ok && BodyReader.ReadOk(body, items, at, out var ok).IsOk)
                    return new FlowPiece(FlowPieceKind.Receipt, total) { Id = (long)ok!.Id, Receivers = ok.Receivers ?? -1 };
                if (kind == (long)Kind.Err && BodyReader.ReadErr(body, items, at, out var err).IsOk)
                    return Refusal(err!, total);
            }
        }

        return base.Parse(window);
    }

    private static FlowPiece Refusal(Err err, int total) =>
        new(ErrorCode.Closes(err.Code) ? FlowPieceKind.Farewell : FlowPieceKind.Refused, total) { Id = err.Id is { } id ? (long)id : -1, Text = err.Code };
}

/// <summary>Its only word of acceptance is PONG.</summary>
internal sealed class NatsWire() : FlowWire(new NatsFormat())
{
    public override byte[] Hello(string client, string producer) => Encoding.ASCII.GetBytes(string.Create(
        CultureInfo.InvariantCulture, $"CONNECT {{\"verbose\":false,\"pedantic\":false,\"headers\":true,\"no_responders\":true,\"name\":\"{client}\",\"lang\":\"anode\",\"version\":\"1\",\"protocol\":1}}\r\nPING\r\n"));

    public override byte[] Publish(long id, bool receipt, ReadOnlySpan<byte> subject, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> reply) => PlainPublish(subject, payload, reply);
}
