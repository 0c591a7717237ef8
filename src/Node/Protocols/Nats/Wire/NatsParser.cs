using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Anode.Protocols.Native.Wire;

namespace Anode.Protocols.Nats.Wire;

/// <summary>Bounds of what a client may say.</summary>
/// <param name="PayloadBytes">Largest payload, headers included.</param>
/// <param name="ControlLineBytes">Longest argument part of a line, as nats-server counts it: without verb, leading blanks and line end.</param>
internal readonly record struct NatsLimits(int PayloadBytes, int ControlLineBytes = NatsLimits.DefaultControlLineBytes)
{
    public const int DefaultControlLineBytes = 4096;
}

/// <summary>
/// The client's half of the NATS protocol, from bytes to meaning. Pure: it keeps nothing between calls, copies nothing and allocates
/// nothing; whoever has only a part of an operation calls again, from its beginning, with more.
/// </summary>
/// <remarks>
/// Verbs in any case; blanks are spaces and tabs, in any number; a line ends with LF, and a CR before it is not part of it. An error is
/// found with the first byte that makes it one, as nats-server does: a peer that waits for an answer must not wait for ever.
/// </remarks>
internal static class NatsParser
{
    private const byte Newline = (byte)'\n', Return = (byte)'\r';
    private const int PayloadEnd = 2, MaxArguments = 5, MaxSizeDigits = 9;
    private const uint PubAndBlank = 'p' | ('u' << 8) | ('b' << 16) | ((uint)' ' << 24), IgnoreCase = 0x00202020;

    /// <summary>Parses the operation at the front of <paramref name="bytes"/>.</summary>
    /// <param name="bytes">What has come and was not consumed.</param>
    /// <param name="limits">What is too long.</param>
    /// <param name="headers">The client said in CONNECT that it knows headers; without that, HPUB is an error.</param>
    /// <param name="op">What it says, as far as it could be read.</param>
    public static NatsRead TryRead(ReadOnlySpan<byte> bytes, in NatsLimits limits, bool headers, out NatsOp op)
    {
        op = default;
        // Nearly everything is PUB.
        var isPub = bytes.Length >= 4 && (BinaryPrimitives.ReadUInt32LittleEndian(bytes) | IgnoreCase) == PubAndBlank;
        var read = isPub ? NatsRead.Complete : ReadVerb(bytes, out op.Verb);
        if (isPub)
            op.Verb = NatsVerb.Pub;
        if (read != NatsRead.Complete)
            return read;
        var start = NameOf(op.Verb).Length;
        switch (op.Verb)
        {
            // PUB <subject> [reply-to] <#bytes>␍␊[payload]␍␊
            case NatsVerb.Pub:
                read = ReadLine(bytes, start, blank: true, limits, ref op, out var line);
                return read != NatsRead.Complete ? read : ReadPub(bytes, line, limits, ref op);
            // HPUB <subject> [reply-to] <#header bytes> <#total bytes>␍␊[headers]␍␊␍␊[payload]␍␊
            case NatsVerb.HPub:
                read = ReadLine(bytes, start, blank: true, limits, ref op, out line);
                return read != NatsRead.Complete ? read
                    : headers ? ReadHPub(bytes, line, limits, ref op)
                    : NatsRead.HeadersNotSupported;
            // SUB <subject> [queue group] <sid>␍␊
            case NatsVerb.Sub:
                read = ReadLine(bytes, start, blank: true, limits, ref op, out line);
                return read != NatsRead.Complete ? read : ReadSub(bytes, line, ref op);
            // UNSUB <sid> [max_msgs]␍␊
            case NatsVerb.Unsub:
                read = ReadLine(bytes, start, blank: true, limits, ref op, out line);
                return read != NatsRead.Complete ? read : ReadUnsub(bytes, line, ref op);
            // -ERR <error message>␍␊
            case NatsVerb.Err:
                return ReadLine(bytes, start, blank: true, limits, ref op, out op.Text);
            // CONNECT {"option_name":option_value,...}␍␊
            // INFO {"option_name":option_value,...}␍␊
            // PING␍␊   PONG␍␊   +OK␍␊     (what else stands on these three lines is read over, as nats-server does)
            default:
                return ReadLine(bytes, start, blank: false, limits, ref op, out op.Text);
        }
    }

    private static ReadOnlySpan<byte> NameOf(NatsVerb verb) => verb switch
    {
        NatsVerb.Pub => "pub"u8,
        NatsVerb.HPub => "hpub"u8,
        NatsVerb.Sub => "sub"u8,
        NatsVerb.Unsub => "unsub"u8,
        NatsVerb.Ping => "ping"u8,
        NatsVerb.Pong => "pong"u8,
        NatsVerb.Connect => "connect"u8,
        NatsVerb.Info => "info"u8,
        NatsVerb.Ok => "+ok"u8,
        NatsVerb.Err => "-err"u8,
        _ => default,
    };

    private static NatsRead ReadVerb(ReadOnlySpan<byte> bytes, out NatsVerb verb)
    {
        for (verb = NatsVerb.Connect; verb <= NatsVerb.Err; verb++)
        {
            var name = NameOf(verb);
            if (!StartAlike(bytes, name))
                continue;
            return bytes.Length < name.Length ? NatsRead.Incomplete : NatsRead.Complete;
        }

        return NatsRead.UnknownOperation;
    }

    private static bool StartAlike(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> name)
    {
        for (var i = 0; i < name.Length && i < bytes.Length; i++)
        {
            var letter = bytes[i] is >= (byte)'A' and <= (byte)'Z' ? bytes[i] | 0x20 : bytes[i];
            if (letter != name[i])
                return false;
        }

        return true;
    }

    /// <summary>The argument part of the line; where its end has not come yet, whether it may still come.</summary>
    private static NatsRead ReadLine(ReadOnlySpan<byte> bytes, int start, bool blank, in NatsLimits limits, ref NatsOp op, out Slice line)
    {
        line = default;
        if (bytes.Length == start)
            return NatsRead.Incomplete;
        if (blank && !IsBlank(bytes[start]))
            return NatsRead.UnknownOperation;
        while (start < bytes.Length && IsBlank(bytes[start]))
            start++;
        // More than the limit is not searched: an endless line would be searched again with each of its bytes.
        var window = bytes[start..];
        var end = window[..Math.Min(window.Length, limits.ControlLineBytes + PayloadEnd)].IndexOf(Newline);
        var length = end < 0 ? window.Length : end;
        if (length > 0 && window[length - 1] == Return)
            length--;
        if (length > limits.ControlLineBytes)
            return NatsRead.ControlLineTooLong;
        if (end < 0)
            return NatsRead.Incomplete;
        line = new Slice(start, length);
        op.LineBytes = op.TotalBytes = start + end + 1;
        return NatsRead.Complete;
    }

    [SkipLocalsInit]
    private static NatsRead ReadPub(ReadOnlySpan<byte> bytes, Slice line, in NatsLimits limits, ref NatsOp op)
    {
        Span<Slice> arguments = stackalloc Slice[MaxArguments];
        var count = Split(bytes, line, arguments);
        if (count is not (2 or 3) || !TryReadSize(arguments[count - 1].Of(bytes), out var size))
            return NatsRead.BadArguments;
        op.Subject = arguments[0];
        op.Reply = count == 3 ? arguments[1] : default;
        return ReadPayload(bytes, 0, size, limits, ref op);
    }

    [SkipLocalsInit]
    private static NatsRead ReadHPub(ReadOnlySpan<byte> bytes, Slice line, in NatsLimits limits, ref NatsOp op)
    {
        Span<Slice> arguments = stackalloc Slice[MaxArguments];
        var count = Split(bytes, line, arguments);
        if (count is not (3 or 4)
            || !TryReadSize(arguments[count - 2].Of(bytes), out var headers)
            || !TryReadSize(arguments[count - 1].Of(bytes), out var size)
            || headers > size)
            return NatsRead.BadArguments;
        op.Subject = arguments[0];
        op.Reply = count == 4 ? arguments[1] : default;
        return ReadPayload(bytes, headers, size, limits, ref op);
    }

    private static NatsRead ReadPayload(ReadOnlySpan<byte> bytes, int headers, int size, in NatsLimits limits, ref NatsOp op)
    {
        if (size > limits.PayloadBytes)
            return NatsRead.PayloadTooLarge;
        op.TotalBytes = op.LineBytes + size + PayloadEnd;
        var end = op.LineBytes + size;
        if ((bytes.Length > end && bytes[end] != Return) || (bytes.Length > end + 1 && bytes[end + 1] != Newline))
            return NatsRead.UnknownOperation;
        if (bytes.Length < op.TotalBytes)
            return NatsRead.Incomplete;
        op.Headers = new Slice(op.LineBytes, headers);
        op.Payload = new Slice(op.LineBytes + headers, size - headers);
        return NatsRead.Complete;
    }

    [SkipLocalsInit]
    private static NatsRead ReadSub(ReadOnlySpan<byte> bytes, Slice line, ref NatsOp op)
    {
        Span<Slice> arguments = stackalloc Slice[MaxArguments];
        var count = Split(bytes, line, arguments);
        if (count is not (2 or 3))
            return NatsRead.BadArguments;
        op.Subject = arguments[0];
        op.Queue = count == 3 ? arguments[1] : default;
        op.Sid = arguments[count - 1];
        return NatsRead.Complete;
    }

    [SkipLocalsInit]
    private static NatsRead ReadUnsub(ReadOnlySpan<byte> bytes, Slice line, ref NatsOp op)
    {
        Span<Slice> arguments = stackalloc Slice[MaxArguments];
        var count = Split(bytes, line, arguments);
        if (count is not (1 or 2))
            return NatsRead.BadArguments;
        op.Sid = arguments[0];
        // A maximum that is no number ends it now, as there.
        if (count == 2 && TryReadSize(arguments[1].Of(bytes), out var max))
            op.Max = max;
        return NatsRead.Complete;
    }

    /// <returns>How many there are; beyond what fits they are counted as one more.</returns>
    private static int Split(ReadOnlySpan<byte> bytes, Slice line, Span<Slice> arguments)
    {
        var count = 0;
        for (var at = line.Offset; at < line.End;)
        {
            if (IsBlank(bytes[at]))
            {
                at++;
                continue;
            }

            if (count == arguments.Length)
                return count + 1;
            var start = at;
            while (at < line.End && !IsBlank(bytes[at]))
                at++;
            arguments[count++] = new Slice(start, at - start);
        }

        return count;
    }

    /// <summary>One to nine digits, so that it fits whatever they are.</summary>
    private static bool TryReadSize(ReadOnlySpan<byte> digits, out int size)
    {
        size = 0;
        foreach (var digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'9')
                return false;
            size = size * 10 + (digit - '0');
        }

        return digits.Length is > 0 and <= MaxSizeDigits;
    }

    private static bool IsBlank(byte b) => b is (byte)' ' or (byte)'\t';
}
