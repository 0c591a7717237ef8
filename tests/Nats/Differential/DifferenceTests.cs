using System.Text;
using Anode.Tests.Configuration;
using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Nats.Differential;

/// <summary>
/// Each deliberate difference, by example: what nats-server says, and what we say. Where nats-server changes its mind, or we do, this fails
/// first. <c>\n</c> stands for CR LF, <c>\l</c> for LF alone.
/// </summary>
[Collection(nameof(Doors))]
public class DifferenceTests(Doors doors)
{
    private const string Quiet = "CONNECT {'verbose':false,'pedantic':false,'headers':true,'no_responders':true}\n";
    private const string Pedantic = "CONNECT {'verbose':true,'pedantic':true,'headers':true,'no_responders':true}\n";
    private const string InvalidPub = "-ERR 'Invalid Publish Subject'\n", InvalidSub = "-ERR 'Invalid Subject'\n", Parser = "-ERR 'Parser Error'\n";
    private const string NoResponders = "HMSG i 2 16 16\nNATS/1.0 503\n\n\n";

    public static readonly TheoryData<string, string, string, string> Examples = new()
    {
        { Differences.LastWords, "PUB a\nPING\n", "", Parser },
        { Differences.LastWords, "SUB a b c 1\nPING\n", "", Parser },
        { Differences.LastWords, "UNSUB 1 2 3\nPING\n", "", Parser },
        { Differences.LastWords, "PUB a 0000000001\nx\nPING\n", "", Parser },
        { Differences.LastWords, "CONNECT []\nPING\n", "", Parser },
        { Differences.LastWords, "HPUB a 12 12\nNATS/1.0\n\n\nPING\n", "", "-ERR 'message headers not supported'\n" },
        { Differences.LastWords, Quiet + "HPUB a 13 12\nNATS/1.0\n\n\nPING\n", "", Parser },
        { Differences.RefusedPublish, Quiet + "SUB a.* 1\nPUB a.* 0\n\nPING\n", "MSG a.* 1 0\n\nPONG\n", InvalidPub + "PONG\n" },
        { Differences.RefusedPublish, Quiet + "SUB a.> 1\nPUB a..b 0\n\nPING\n", "PONG\n", InvalidPub + "PONG\n" },
        { Differences.RefusedPublish, Quiet + "SUB a.* 1\nPUB a.\u0001 0\n\nPING\n", "MSG a.\u0001 1 0\n\nPONG\n", InvalidPub + "PONG\n" },
        { Differences.RefusedPublish, Quiet + "SUB a.* 1\nPUB a.\u00ff 0\n\nPING\n", "MSG a.\u00ff 1 0\n\nPONG\n", InvalidPub + "PONG\n" },
        { Differences.RefusedPublish, Quiet + "SUB a 1\nPUB a i.* 0\n\nPING\n", "MSG a 1 i.* 0\n\nPONG\n", InvalidPub + "PONG\n" },
        { Differences.RefusedPublish, Pedantic + "PUB a.* 0\n\nPING\n", "+OK\n" + InvalidPub + "+OK\nPONG\n", "+OK\n" + InvalidPub + "PONG\n" },
        { Differences.RefusedPublish, Quiet + $"SUB a.* 1\nPUB a.{Letters(256)} 0\n\nPING\n", $"MSG a.{Letters(256)} 1 0\n\nPONG\n", InvalidPub + "PONG\n" },
        { Differences.NodeSubjects, Quiet + "SUB $x 1\nPUB $x 0\n\nPING\n", "MSG $x 1 0\n\nPONG\n", "-ERR 'Permissions Violation for Publish to \"$x\"'\nPONG\n" },
        { Differences.NodeSubjects, Quiet + "SUB $x 1\nSUB i 2\nPUB $x i 0\n\nPING\n", "MSG $x 1 i 0\n\nPONG\n", NoResponders + "PONG\n" },
        { Differences.NodeSubjects, Quiet + "SUB _inbox.x 1\nPUB _inbox.x 0\n\nPING\n", "MSG _inbox.x 1 0\n\nPONG\n", "PONG\n" },
        { Differences.RefusedSubscription, Quiet + "SUB a q.* 1\nPUB a 0\n\nPING\n", "MSG a 1 0\n\nPONG\n", InvalidSub + "PONG\n" },
        { Differences.RefusedSubscription, "SUB a\u0001 1\nPING\n", "+OK\nPONG\n", InvalidSub + "PONG\n" },
        { Differences.RefusedSubscription, $"SUB {Letters(256)} 1\nPING\n", "+OK\nPONG\n", InvalidSub + "PONG\n" },
        { Differences.InfoReadOver, "INFO nothing\nPING\n", "", "PONG\n" },
        { Differences.InfoReadOver, "INFO\nPING\n", "", "PONG\n" },
        { Differences.ReservedReply, Quiet + "SUB a 1\nPUB a _R_.x 0\n\nPING\n", "-ERR 'Permissions Violation for Publish with Reply of \"_R_.x\"'\nPONG\n", "MSG a 1 _R_.x 0\n\nPONG\n" },
        { Differences.ReservedQueue, "SUB a _sys_ 1\nPING\n", "-ERR 'Permissions Violation for Subscription to \"a\" using queue \"_sys_\"'\nPONG\n", "+OK\nPONG\n" },
        { Differences.ConnectFields, "CONNECT {'jwt':1,'nkey':{},'tls_required':'x'}\nPING\n", "", "+OK\nPONG\n" },
        { Differences.ConnectFields, "CONNECT {'name':'\\ud800'}\nPING\n", "+OK\nPONG\n", Parser },
        { Differences.LineEndForArgument, Quiet + "PUB \\lfoo 0\n\nPING\n", "PONG\n", Parser },
        { Differences.LineEndForArgument, Quiet + "SUB \\lfoo 1\nPING\n", "PONG\n", Parser },
        { Differences.LineEndForArgument, "CONNECT\\l{}\nPING\n", "+OK\nPONG\n", Parser },
        { Differences.ReturnInLine, "SUB a\rb 1\nPING\n", "+OK\nPONG\n", InvalidSub + "PONG\n" },
        { Differences.LongLine, $"PING {Letters(4097)}\nPING\n", "PONG\nPONG\n", "-ERR 'maximum control line exceeded'\n" },
    };

    [NatsServerTheory]
    [MemberData(nameof(Examples))]
    public void Both_say_what_is_written_down(string rule, string script, string theirs, string ours)
    {
        var bytes = Encoding.Latin1.GetBytes(Wire(script));
        var heard = Exchange.Of(doors.Theirs, [bytes]);
        Assert.Equal(Texts(theirs), Frame.Comparable(heard).Select(frame => frame.ToString()));
        Assert.Equal(Texts(ours), Frame.Comparable(Exchange.Of(doors.Ours, [bytes])).Select(frame => frame.ToString()));
        Assert.Contains(rule, Differences.All);
    }

    [Fact]
    public void Each_difference_has_an_example_and_a_reason_in_the_document()
    {
        var document = File.ReadAllText(Path.Combine(Repository.Root, "docs", "nats.md"));
        Assert.Equal(Differences.All.Order(), Examples.Select(example => (string)example[0]).Distinct().Order());
        Assert.All(Differences.All, rule => Assert.Contains($"| `{rule}` |", document, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Texts(string transcript) =>
        Frame.Comparable(Frame.All(Encoding.Latin1.GetBytes(Wire(transcript)))).Select(frame => frame.ToString());

    private static string Wire(string text) => text.Replace('\'', text.StartsWith("CONNECT", StringComparison.Ordinal) ? '"' : '\'')
        .Replace("\n", "\r\n").Replace("\\l", "\n");

    private static string Letters(int count) => new('a', count);
}
