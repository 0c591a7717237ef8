using System.Text;
using Anode.Protocols.Native.Wire;
using Anode.Routing;

namespace Anode.Cli.Client;

/// <summary>What comes from the node.</summary>
internal sealed partial class NodeClient
{
    private async Task<Welcome> ReadWelcomeAsync(CancellationToken cancellation)
    {
        var frame = await _frames.ReadAsync(cancellation) ?? throw new IOException("the connection was closed before WELCOME");
        var body = frame.Span;
        if (!BodyReader.TryReadKind(body, out var items, out var kind, out var at))
            throw new IOException(ParseError.NoKind.ToString());
        switch ((Kind)kind)
        {
            case Kind.Welcome when BodyReader.ReadWelcome(body, items, at, out var welcome).IsOk:
                return welcome!;
            case Kind.Err when BodyReader.ReadErr(body, items, at, out var err).IsOk:
                throw new IOException($"{err!.Code}: {err.Text}");
            default:
                throw new IOException("the answer to HELLO is not WELCOME");
        }
    }

    private async Task ReadAllAsync(CancellationToken cancellation)
    {
        try
        {
            while (await _frames.ReadAsync(cancellation) is { } body)
                await OnBodyAsync(body, cancellation);
            _incoming.Writer.TryComplete();
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or CommandFailure)
        {
            _incoming.Writer.TryComplete(e);
        }
    }

    private async ValueTask OnBodyAsync(ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        if (!BodyReader.TryReadKind(body.Span, out var items, out var kind, out var at))
            throw new IOException(ParseError.NoKind.ToString());
        switch ((Kind)Math.Clamp(kind, 0, byte.MaxValue))
        {
            case Kind.Msg:
                await OnMsgAsync(ReadMsg(body, items, at), cancellation);
                break;
            case Kind.Ping:
                var token = ReadToken(body, items, at);
                await WriteAsync(FrameWriter.SizeOfToken(token.Length), room => FrameWriter.Pong(room.Span, prefix: true, token.Span), cancellation);
                await WriteOutAsync(cancellation);
                break;
            default:
                var incoming = Parse(body.Span, items, (Kind)Math.Clamp(kind, 0, byte.MaxValue), at);
                _reason ??= ReasonToEnd(incoming);
                if (incoming is not null)
                    await _incoming.Writer.WriteAsync(incoming, cancellation);
                break;
        }
    }

    /// <summary>A connection gets a message once however many of its filters match, so here it is given to each.</summary>
    private async ValueTask OnMsgAsync(Delivered message, CancellationToken cancellation)
    {
        foreach (var sid in SidsOf(message.Subject))
            await _incoming.Writer.WriteAsync(message with { Sid = sid }, cancellation);
    }

    private long[] SidsOf(string subject)
    {
        Span<byte> utf8 = stackalloc byte[Subject.MaxBytes];
        if (!Encoding.UTF8.TryGetBytes(subject, utf8, out var length))
            return [];
        lock (_filters)
        {
            var sids = new List<long>(1);
            foreach (var (sid, filter) in _filters)
            {
                if (Subject.Matches(filter, utf8[..length]))
                    sids.Add(sid);
            }

            return [.. sids];
        }
    }

    private static CommandFailure? ReasonToEnd(Incoming? incoming) => incoming switch
    {
        Refused { Ends: true } refused => refused.ToFailure(),
        Farewell farewell => farewell.ToFailure(),
        _ => null,
    };

    /// <summary>Null for a kind this client has no use for.</summary>
    private static Incoming? Parse(ReadOnlySpan<byte> body, int items, Kind kind, int at)
    {
        switch (kind)
        {
            case Kind.To:
                Check(BodyReader.ReadTo(body, items, at, out var sid, out var view));
                return ToDelivered(sid, body, view);
            case Kind.Pong:
                return Ponged.Instance;
            case Kind.Ok:
                Check(BodyReader.ReadOk(body, items, at, out var ok));
                return new Receipt(ok!.Id, ok.Receivers ?? 0);
            case Kind.Err:
                Check(BodyReader.ReadErr(body, items, at, out var err));
                return new Refused(err!.Code, err.Text);
            case Kind.Bye:
                Check(BodyReader.ReadBye(body, items, at, out var bye));
                return new Farewell(bye!.Reason);
            default:
                return null;
        }
    }

    private static Delivered ReadMsg(ReadOnlyMemory<byte> body, int items, int at)
    {
        Check(BodyReader.ReadMsg(body.Span, items, at, out var view));
        return ToDelivered(Delivered.InboxSid, body.Span, view);
    }

    private static ReadOnlyMemory<byte> ReadToken(ReadOnlyMemory<byte> body, int items, int at)
    {
        Check(BodyReader.ReadToken(body.Span, items, at, out var token));
        return body.Slice(token.Offset, token.Length);
    }

    private static Delivered ToDelivered(long sid, ReadOnlySpan<byte> body, in MsgView view) => new(
        sid,
        Encoding.UTF8.GetString(view.Subject.Of(body)),
        view.Payload.Of(body).ToArray(),
        view.HasReply ? Encoding.UTF8.GetString(view.Reply.Of(body)) : null,
        view.Headers.Of(body).ToArray());

    private static void Check(ParseError error)
    {
        if (!error.IsOk)
            throw new IOException($"the node sent a frame that makes no sense: {error}");
    }
}
