using System.Globalization;
using System.Text;
using CsCheck;

namespace Anode.Tests.Nats.Differential;

/// <summary>
/// What clients say, as text in Latin-1 for the bytes; <c>~</c> stands for a first token that belongs to the script alone, so that what the one before
/// has left behind changes nothing.
/// </summary>
internal static class Scripts
{
    private static int _count;

    private static readonly Gen<string> Blank = Gen.Frequency((8, Gen.Const(" ")), (1, Gen.Const("\t")), (1, Gen.Const("  \t")));
    private static readonly Gen<string> LineEnd = Gen.Frequency((8, Gen.Const("\r\n")), (1, Gen.Const("\n")), (1, Gen.Const(" \r\n")));

    private static readonly Gen<string> Subject = Gen.OneOfConst("~", "~.a", "~.a.b", "~.a.b.c", "~.b", "~.caf\u00c3\u00a9", "~.a.b*", "~.>a");
    private static readonly Gen<string> Filter = Gen.OneOfConst("~", "~.a", "~.*", "~.a.*", "~.*.b", "~.a.>", "~.>", "~.a.b*", "~.caf\u00c3\u00a9", "~.a.b.c");
    private static readonly Gen<string> Sid = Gen.OneOfConst("1", "2", "3", "4", "07", "x-1", "18446744073709551616");
    private static readonly Gen<string> Reply = Gen.Frequency((3, Gen.Const("")), (2, Gen.OneOfConst("~.i.1", "~.i.2", "~.a", "~.nobody")));
    private static readonly Gen<string> Payload = Gen.OneOfConst("", "x", "hello", "\r\n", "PING\r\n", "\u0000\u00ff", new string('z', 700));
    private static readonly Gen<string> Headers = Gen.OneOfConst(
        "NATS/1.0\r\n\r\n", "NATS/1.0\r\nA: b\r\nA: c\r\n\r\n", "NATS/1.0 503\r\n\r\n", "no headers at all", "");

    /// <summary>CONNECT as one likes it; sometimes of a kind that is refused.</summary>
    public static readonly Gen<string> Connect = Gen.Select(Gen.Bool, Gen.Bool, Gen.Int[0, 4], Gen.Int[0, 9], Gen.Int[0, 9], (verbose, pedantic, echo, headers, responders) =>
        Json(verbose, pedantic, echo != 0, headers != 0, responders > 2)).Select(LineEnd, (connect, end) => connect + end);

    private static readonly Gen<string> Sub = Line("SUB", Filter, Sid);
    private static readonly Gen<string> QueueSub = Gen.Select(Gen.OneOfConst("qa", "qb"), Gen.Int[1, 3], Filter, Blank, LineEnd, (queue, member, filter, blank, end) =>
        $"SUB {filter}{blank}{queue} {queue}/{member}{end}");

    private static readonly Gen<string> Unsub = Line("UNSUB", Gen.OneOf(Sid, Gen.OneOfConst("qa/1", "qb/2", "none")));
    private static readonly Gen<string> UnsubMax = Line("UNSUB", Sid, Gen.OneOfConst("1", "2", "3", "0", "007", "x"));
    private static readonly Gen<string> Pub = Publish(Subject, Reply);
    private static readonly Gen<string> HPub = Gen.Select(Subject, Reply, Headers, Payload, LineEnd, (subject, reply, headers, payload, end) =>
        $"HPUB {subject} {reply} {headers.Length} {headers.Length + payload.Length}{end}{headers}{payload}\r\n");

    private static readonly Gen<string> Small = Gen.OneOfConst("PING\r\n", "ping\n", "PONG\r\n", "+OK\r\n", "PiNg what\r\n");
    private static readonly Gen<string> BadSub = Line("SUB", Gen.OneOfConst("~..a", ".~", "~.", "~.>.a", ">.~"), Sid);

    private static readonly Gen<string> RefusedSub = Line(
        "SUB", Gen.OneOfConst("~.\u0001", "~.\u00ff", "~.\u00c2\u00a0", "~." + new string('a', 255)), Gen.OneOfConst("r1", "r2"));

    private static readonly Gen<string> RefusedPub = Publish(
        Gen.OneOfConst("~.*", "~.>", "~..a", "~.", ".~", "~.\u0001", "~.\u00ff", "~." + new string('a', 255)), Reply);

    private static readonly Gen<string> RefusedReply = Publish(Subject, Gen.OneOfConst("~.*", "~..a", "~.i.\u0001"));
    private static readonly Gen<string> NodePub = Publish(Gen.OneOfConst("$~", "$~.a", "_inbox.~"), Reply);

    private static readonly Gen<string> Fatal = Gen.OneOfConst(
        "FOO\r\n", "\r\n", " PING\r\n", "PUB\r\n", "PUB ~\r\n", "PUB ~ a b 1\r\nx\r\n", "PUB ~ x\r\n", "PUB ~ -1\r\n", "PUB ~ 1048577\r\n", "PUB ~ 2\r\nxyz\r\n",
        "PUB ~ 1\r\nx\n", "HPUB ~ 5 4\r\nxxxx\r\n", "HPUB ~ 1\r\n", "HPUB ~ 1 1048577\r\n", "SUB ~\r\n", "SUB a b c d\r\n", "SUBS ~ 1\r\n", "UNSUB \r\n", "UNSUB 1 2 3\r\n",
        "CONNECT {\r\n", "CONNECT {\"verbose\":1}\r\n", "CONNECT {\"protocol\":2}\r\n", "CONNECT {\"account\":\"x\"}\r\n", "-ERR 'bye'\r\n", "-ERR\r\n", "MSG ~ 1 0\r\n\r\n",
        "PUB " + new string('a', 4097) + " 0\r\n", "PUB ~ 3\r\nx\r\n");

    /// <summary>Everything clients do that both take alike, limits included.</summary>
    public static readonly Gen<string> Ordinary = Gen.Frequency(
        (6, Sub), (3, QueueSub), (2, Unsub), (3, UnsubMax), (10, Pub), (5, HPub), (2, Small), (1, BadSub), (1, Connect));

    /// <summary>
    /// With what we refuse and nats-server takes. Without limits: what only they deliver would use one up only there.
    /// </summary>
    public static readonly Gen<string> Refused = Gen.Frequency(
        (6, Sub), (1, Unsub), (6, Pub), (3, HPub), (3, RefusedSub), (4, RefusedPub), (2, RefusedReply), (3, NodePub), (1, Connect), (1, Line("SUB", Gen.OneOfConst("$~", "$~.>", "_inbox.~"), Sid)));

    /// <summary>With one thing that ends the connection.</summary>
    public static readonly Gen<string> Ended = Gen.Select(Ordinary.Array[0, 8], Fatal, Ordinary.Array[0, 3], (before, fatal, after) =>
        string.Concat(before) + fatal + string.Concat(after));

    /// <summary>
    /// For the streams that are then damaged: each subscription has a name of its own, or a damaged filter would free its name only here; and each queue
    /// group has one member, for there is no telling which of two was chosen.
    /// </summary>
    public static readonly Gen<string[]> Plain = Gen.Frequency(
        (4, Filter.Select(filter => $"SUB {filter} #\r\n")), (1, Gen.Const("SUB ~.a left# #\r\n")), (1, Gen.Const("UNSUB 10\r\n")), (8, Publish(Subject, Reply)), (3, HPub), (2, Small), (1, Connect))
        .Array[1, 12].Select(steps => steps.Select((step, index) => step.Replace("#", (10 + index).ToString(CultureInfo.InvariantCulture))).ToArray());

    /// <summary>For several connections: nothing that closes, no CONNECT; <c>####</c> in a payload becomes who sent it, and when.</summary>
    public static readonly Gen<string> Shared = Gen.Frequency(
        (6, Sub), (3, QueueSub), (2, Unsub), (3, UnsubMax), (1, BadSub),
        (12, Gen.Select(Subject, Reply, (subject, reply) => $"PUB {subject} {reply} 4\r\n####\r\n")),
        (4, Gen.Select(Subject, Reply, (subject, reply) => $"HPUB {subject} {reply} 12 16\r\nNATS/1.0\r\n\r\n####\r\n")));

    /// <summary>A first token nobody had before; always as long, so that a seed means the same again.</summary>
    public static string NextToken() => string.Create(CultureInfo.InvariantCulture, $"t{Interlocked.Increment(ref _count) % 100_000:D5}");

    public static byte[] Render(string script) => Encoding.Latin1.GetBytes(script.Replace("~", NextToken()));

    /// <summary>In pieces, cut at these places.</summary>
    public static IEnumerable<byte[]> Tear(byte[] bytes, IEnumerable<int> cuts)
    {
        var at = 0;
        foreach (var cut in cuts.Select(cut => cut % (bytes.Length + 1)).Order().Append(bytes.Length))
        {
            if (cut > at)
                yield return bytes[at..cut];
            at = Math.Max(at, cut);
        }
    }

    private static string Json(bool verbose, bool pedantic, bool echo, bool headers, bool responders) =>
        $$"""CONNECT {"verbose":{{Text(verbose)}},"pedantic":{{Text(pedantic)}},"echo":{{Text(echo)}},"headers":{{Text(headers)}},"no_responders":{{Text(responders)}},"name":"t\u00e9st","protocol":1}""";

    private static string Text(bool value) => value ? "true" : "false";

    private static Gen<string> Line(string verb, params Gen<string>[] arguments) => Gen.Select(
        Gen.OneOfConst(verb, verb, verb.ToLowerInvariant()),
        arguments.Aggregate(Gen.Const(""), (words, argument) => Gen.Select(words, Blank, argument, (front, blank, word) => front + blank + word)),
        LineEnd,
        (name, words, end) => name + words + end);

    private static Gen<string> Publish(Gen<string> subject, Gen<string> reply) => Gen.Select(subject, reply, Payload, Blank, LineEnd, (to, answer, payload, blank, end) =>
        $"PUB{blank}{to} {answer}{blank}{payload.Length}{end}{payload}\r\n");
}
