using System.Text;
using Anode.Routing;
using Xunit;

namespace Anode.Tests.Routing;

public class SubjectSpec
{
    [Theory]
    [InlineData("a", true, true)]
    [InlineData("lab.temp", true, true)]
    [InlineData("a.b.c.d", true, true)]
    [InlineData("größe.温度.🌡", true, true)]
    [InlineData("!~.#/\\\"'@", true, true)]
    [InlineData("$SYS.x", true, true)]
    [InlineData("_inbox.node.1", true, true)]
    [InlineData("a*b", true, true)]
    [InlineData("**", true, true)]
    [InlineData("foo>", true, true)]
    [InlineData(">>", true, true)]
    [InlineData("a.>b.c", true, true)]
    [InlineData("*", false, true)]
    [InlineData(">", false, true)]
    [InlineData("a.*", false, true)]
    [InlineData("*.b", false, true)]
    [InlineData("*.*.>", false, true)]
    [InlineData("a.>", false, true)]
    [InlineData("a.>.b", false, false)]
    [InlineData(">.a", false, false)]
    [InlineData(">.>", false, false)]
    [InlineData("", false, false)]
    [InlineData(".", false, false)]
    [InlineData(".a", false, false)]
    [InlineData("a.", false, false)]
    [InlineData("a..b", false, false)]
    [InlineData("a b", false, false)]
    [InlineData(" a", false, false)]
    [InlineData("a\t", false, false)]
    [InlineData("a\r\nPUB b", false, false)]
    [InlineData("a\0", false, false)]
    [InlineData("a\u007F", false, false)]
    [InlineData("a\u0085b", false, false)]
    [InlineData("a\u00A0b", false, false)]
    [InlineData("a\u2003b", false, false)]
    [InlineData("a\u2028b", false, false)]
    [InlineData("a\u2029b", false, false)]
    [InlineData("a\u3000b", false, false)]
    [InlineData("ü ü", false, false)]
    public void Text_is_a_subject_or_a_filter_or_neither(string text, bool subject, bool filter)
    {
        var bytes = Encoding.UTF8.GetBytes(text);

        Assert.Equal(subject, Subject.IsSubject(bytes));
        Assert.Equal(filter, Subject.IsFilter(bytes));
    }

    [Theory]
    [InlineData("FF")]
    [InlineData("61 80")]
    [InlineData("C3")]
    [InlineData("61 E2 82")]
    [InlineData("C0 AE")] // an overlong '.'
    [InlineData("ED A0 80")] // a surrogate
    [InlineData("F4 90 80 80")] // beyond U+10FFFF
    public void Invalid_utf8_is_neither(string hex)
    {
        var bytes = Convert.FromHexString(hex.Replace(" ", ""));

        Assert.False(Subject.IsSubject(bytes));
        Assert.False(Subject.IsFilter(bytes));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(254, true)]
    [InlineData(255, true)]
    [InlineData(256, false)]
    [InlineData(70_000, false)]
    public void Length_is_limited_in_bytes(int length, bool valid)
    {
        var ascii = Enumerable.Repeat((byte)'x', length).ToArray();

        Assert.Equal(valid, Subject.IsSubject(ascii));
        Assert.Equal(valid, Subject.IsFilter(ascii));
    }

    [Fact]
    public void Length_counts_bytes_not_characters() =>
        Assert.False(Subject.IsSubject(Encoding.UTF8.GetBytes(new string('é', 128))));

    [Theory]
    [InlineData("a", "a", true)]
    [InlineData("a", "b", false)]
    [InlineData("a", "a.b", false)]
    [InlineData("a.b", "a", false)]
    [InlineData("a.b", "a.b", true)]
    [InlineData("a.b", "a.bc", false)]
    [InlineData("*", "a", true)]
    [InlineData("*", "a.b", false)]
    [InlineData("a.*", "a", false)]
    [InlineData("a.*", "a.b", true)]
    [InlineData("*.b", "a.b", true)]
    [InlineData("*.b", "a.c", false)]
    [InlineData("*.*", "a.b.c", false)]
    [InlineData(">", "a", true)]
    [InlineData(">", "a.b.c", true)]
    [InlineData("a.>", "a", false)]
    [InlineData("a.>", "a.b", true)]
    [InlineData("a.>", "a.b.c", true)]
    [InlineData("a.>", "b.c", false)]
    [InlineData("*.>", "a", false)]
    [InlineData("*.*.>", "a.b.c.d", true)]
    [InlineData("a*", "ab", false)]
    [InlineData("a*", "a*", true)]
    [InlineData("a>", "a.b", false)]
    [InlineData("a>", "a>", true)]
    public void Filter_matches_subject_token_by_token(string filter, string subject, bool matches) =>
        Assert.Equal(matches, Subject.Matches(Encoding.UTF8.GetBytes(filter), Encoding.UTF8.GetBytes(subject)));

    [Theory]
    [InlineData("$SYS.a", true)]
    [InlineData("$", true)]
    [InlineData("a.$b", false)]
    [InlineData("_inbox", true)]
    [InlineData("_inbox.a.b", true)]
    [InlineData("_inboxes.a", false)]
    [InlineData("_INBOX.a", false)]
    [InlineData("a._inbox", false)]
    [InlineData("", false)]
    public void Names_of_the_node_are_reserved(string text, bool reserved) =>
        Assert.Equal(reserved, Subject.IsReserved(Encoding.UTF8.GetBytes(text)));
}
