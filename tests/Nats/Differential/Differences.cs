using System.Text;
using Anode.Protocols.Relay;
using Anode.Routing;

namespace Anode.Tests.Nats.Differential;

/// <summary>
/// Where our door answers otherwise than nats-server on purpose, one rule each. Names and reasons stand in docs/nats.md; a rule says what may be
/// passed over at one place of the two transcripts, and nothing else is forgiven.
/// </summary>
internal static class Differences
{
    /// <summary>What may be passed over: so many of their frames, so many of ours.</summary>
    internal readonly record struct Skip(string Rule, int Theirs, int Ours);

    public const string LastWords = "last-words", RefusedPublish = "refused-publish", NodeSubjects = "node-subjects", RefusedSubscription = "refused-subscription",
        InfoReadOver = "info-read-over", ReservedReply = "reserved-reply", ReservedQueue = "reserved-queue", ConnectFields = "connect-fields",
        LineEndForArgument = "line-end-for-argument", ReturnInLine = "return-in-line", LongLine = "long-line";

    public static readonly string[] All =
    [
        LastWords, RefusedPublish, NodeSubjects, RefusedSubscription, InfoReadOver, ReservedReply, ReservedQueue, ConnectFields, LineEndForArgument,
        ReturnInLine, LongLine,
    ];

    private const string PublishRefused = "-ERR 'Invalid Publish Subject'", SubscriptionRefused = "-ERR 'Invalid Subject'";
    private const string UnknownOperation = "-ERR 'Unknown Protocol Operation'";
    private const string Violation = "-ERR 'Permissions Violation for Publish to \"";

    private static readonly string[] WordsOfOurOwn = ["-ERR 'Parser Error'", "-ERR 'message headers not supported'"];

    /// <summary>The ways on where the two are not alike.</summary>
    public static IEnumerable<Skip> At(ReadOnlySpan<Frame> theirs, ReadOnlySpan<Frame> ours, bool subscriptionRefused)
    {
        var skips = new List<Skip>();
        if (ours is [var last] && theirs.IsEmpty && WordsOfOurOwn.Contains(last.Line))
            skips.Add(new Skip(LastWords, 0, 1));
        if (ours is [{ Line: PublishRefused }, ..])
            AddRefusal(skips, theirs, RefusedPublish, pedantic: true, frame => !IsSubject(frame.Subject) || (frame.Reply.Length > 0 && !IsSubject(frame.Reply)));
        // Theirs says so when it has read the line, ours when it has the message: one that then breaks off is never refused here.
        if (ours is [{ Line: UnknownOperation }] && theirs is [{ Line: PublishRefused }, ..])
            skips.Add(new Skip(RefusedPublish, 1, 0));
        if (ours is [{ Line: var line }, ..] && line.StartsWith(Violation, StringComparison.Ordinal))
            AddRefusal(skips, theirs, NodeSubjects, pedantic: false, frame => IsOfTheNode(frame.Subject));
        if (theirs is [{ IsDelivery: true } heard, ..] && IsOfTheNode(heard.Subject))
            skips.Add(new Skip(NodeSubjects, 1, ours is [{ IsNoResponders: true }, ..] ? 1 : 0));
        if (ours is [{ Line: SubscriptionRefused }, ..])
        {
            if (theirs is [{ IsOk: true }, ..])
                skips.Add(new Skip(RefusedSubscription, 1, 1));
            skips.Add(new Skip(RefusedSubscription, 0, 1));
        }

        if (subscriptionRefused && theirs is [{ IsDelivery: true }, ..])
            skips.Add(new Skip(RefusedSubscription, 1, ours is [{ IsNoResponders: true }, ..] ? 1 : 0));
        return skips;
    }

    /// <summary>
    /// A PUB that we refuse and they take: perhaps their -ERR, when pedantic, and +OK, when verbose; then its deliveries, or 503 where a reply was
    /// given and nobody was there. How far that goes cannot be seen from one place, so every length is offered.
    /// </summary>
    private static void AddRefusal(List<Skip> skips, ReadOnlySpan<Frame> theirs, string rule, bool pedantic, Func<Frame, bool> isItsDelivery)
    {
        var at = 0;
        skips.Add(new Skip(rule, at, 1));
        // Twice, when the message comes in pieces: it reads the line again then.
        while (pedantic && at < 2 && at < theirs.Length && theirs[at].Line == PublishRefused)
            skips.Add(new Skip(rule, ++at, 1));
        if (at < theirs.Length && theirs[at].IsOk)
            skips.Add(new Skip(rule, ++at, 1));
        if (at < theirs.Length && theirs[at].IsNoResponders)
            skips.Add(new Skip(rule, at + 1, 1));
        while (at < theirs.Length && theirs[at].IsDelivery && isItsDelivery(theirs[at]))
            skips.Add(new Skip(rule, ++at, 1));
    }

    private static bool IsSubject(string latin1) => Subject.IsSubject(Encoding.Latin1.GetBytes(latin1));

    private static bool IsOfTheNode(string latin1) => Subject.IsReserved(Encoding.Latin1.GetBytes(latin1)) || InboxName.IsInbox(Encoding.Latin1.GetBytes(latin1));
}
