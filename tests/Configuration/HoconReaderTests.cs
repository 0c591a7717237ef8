using Anode.Hosting.Configuration;
using CsCheck;
using Xunit;

namespace Anode.Tests.Configuration;

public sealed class HoconReaderTests
{
    [Theory]
    [InlineData("a = ${?HOME}", 1, "substitutions")]
    [InlineData("a = 1\nx = ${x} [1]", 2, "substitutions")]
    [InlineData("a { c = 1 }\nb = ${a} { d = 2 }", 2, "substitutions")]
    [InlineData("a = ${a}", 1, "substitutions")]
    [InlineData("a = [ ${a} ]", 1, "substitutions")]
    [InlineData("a = 1\n\na += 2", 3, "'+='")]
    [InlineData("include \"other.conf\"", 1, "include")]
    [InlineData("a {\n  include \"other.conf\"\n}", 2, "include")]
    [InlineData("a = 1\nb = tcp://127.0.0.1:7400", 2, "in quotes, as in \"tcp://127.0.0.1:7400\"")]
    [InlineData("b = 127.0.0.1:7480", 1, "quotes")]
    [InlineData("a {\n  b {\n    c = 1\n  }\n", 1, "'{' opened here (column 3) is never closed")]
    [InlineData("a = [\n1,\n2", 1, "'[' opened here")]
    [InlineData("a = 1\n}", 2, "'}' closes nothing")]
    [InlineData("a = 1\n]", 2, "']' closes nothing")]
    [InlineData("a = [\n1\n}", 3, "'}' where the '[' opened in line 1")]
    [InlineData("a = 1\nb = \"open\nc = 1", 2, "no end on its line")]
    [InlineData("a = 1\nb = \"\"\"open\nc = 1", 2, "triple quotes has no end")]
    [InlineData("a = 1\nb = x\0y", 2, "zero byte")]
    [InlineData("a = 1\n# x\0y", 2, "zero byte")]
    [InlineData("a = \"x\\u0000y\"", 1, "zero byte")]
    [InlineData("a = \"\\ud800\"", 1, "surrogate")]
    [InlineData("a = \"c:\\path\"", 1, "unknown escape")]
    [InlineData("a = [ = ]", 1, "no value")]
    [InlineData("a =", 1, "no value")]
    [InlineData("a =\nb = 1", 1, "no value")]
    [InlineData("a", 1, "'a' has no value")]
    [InlineData("a b = 1", 1, "a key has no spaces")]
    [InlineData("a..b = 1", 1, "empty part")]
    [InlineData("\"\" = 1", 1, "empty key")]
    [InlineData("a = { b = 1 } { c = 2 }", 1, "one value per key")]
    [InlineData("a = [1] [2]", 1, "one value per key")]
    [InlineData("a = x \"y\"", 1, "one value per key")]
    [InlineData("a { } b = 1", 1, "one value per key")]
    [InlineData("a = null", 1, "null is not supported")]
    [InlineData("a = x#y", 1, "a comment needs a space")]
    [InlineData("a = /var//log", 1, "a comment needs a space")]
    [InlineData("a = 50%, = 2", 1, "expected a key")]
    [InlineData("a = b@c", 1, "'@' outside quotes")]
    [InlineData("= 1", 1, "expected a key")]
    [InlineData("{ a = 1 } b = 2", 1, "one value per key|behind the end")]
    public void Text_that_readers_take_differently_is_refused_with_its_line(string text, int line, string because)
    {
        Assert.False(HoconReader.TryReadDocument(text, "lab.conf", out _, out var error));
        Assert.Equal(line, error.Line);
        Assert.Contains(because.Split('|'), part => error.Message.Contains(part, StringComparison.Ordinal));
    }

    /// <summary>Not a case above: an attribute cannot hold such a text.</summary>
    [Fact]
    public void Half_a_surrogate_pair_without_quotes_is_refused()
    {
        Assert.False(HoconReader.TryReadDocument("a = 1\nb = x\ud800", "lab.conf", out _, out var error));
        Assert.Equal(2, error.Line);
    }

    /// <summary>Each of these ends the process if Akka 1.5.74 gets to see it.</summary>
    [Theory]
    [InlineData("a{", 200_000)]
    [InlineData("a=[", 200_000)]
    [InlineData("[", 200_000)]
    [InlineData("a.", 200_000)]
    [InlineData("a=[{", 100_000)]
    [InlineData("\"a\".", 100_000)]
    public void Deep_nesting_is_refused_before_it_reaches_the_stack(string level, int times)
    {
        Assert.False(HoconReader.TryReadDocument(string.Concat(Enumerable.Repeat(level, times)) + "b = 1", "lab.conf", out _, out _));
        Assert.False(HoconReader.TryReadDocument($"x {{ {string.Concat(Enumerable.Repeat(level, times))}", "lab.conf", out _, out _));
    }

    [Fact]
    public void Nesting_up_to_the_bound_is_read_and_one_deeper_refused()
    {
        static string Nested(int depth) => string.Concat(Enumerable.Repeat("a {", depth - 1)) + "a = 1" + new string('}', depth - 1);
        Assert.True(HoconReader.TryReadDocument(Nested(HoconReader.MaxDepth), "lab.conf", out _, out _));
        Assert.False(HoconReader.TryReadDocument(Nested(HoconReader.MaxDepth + 1), "lab.conf", out _, out var error));
        Assert.Contains("nested deeper than 64", error.Message);
    }

    [Theory]
    [InlineData("a = 1 # c", "a = 1\n")]
    [InlineData("{ a : 1 // c\n}", "a = 1\n")]
    [InlineData("a = x y  z ", "a = \"x y  z\"\n")]
    [InlineData("a = \"${x} # // += \"", "a = \"${x} # // += \"\n")]
    [InlineData("a = \"\"\"x\n\"y\"\"\"\"", "a = \"x\\n\\\"y\\\"\"\n")]
    [InlineData("a = 1\na = 2", "a = 2\n")]
    [InlineData("a { b = 1 }\na { c = 2 }", "a {\n  b = 1\n  c = 2\n}\n")]
    [InlineData("a.b = 1\na.c = 2", "a {\n  b = 1\n  c = 2\n}\n")]
    [InlineData("a { b = 1 }\na = 2", "a = 2\n")]
    [InlineData("a = [1, 2\n3,\n]", "a = [1, 2, 3]\n")]
    [InlineData("a = [{ b = 1 }, [x]]", "a = [{\n  b = 1\n}, [x]]\n")]
    [InlineData("\"a.b\".c = 1", "\"a.b\" {\n  c = 1\n}\n")]
    [InlineData("a = \"\\u0041\\n\\\"\"", "a = \"A\\n\\\"\"\n")]
    [InlineData("\ufeffa = 1\r\nb = 2\r\n", "a = 1\nb = 2\n")]
    [InlineData("include = 1", "\"include\" = 1\n")]
    [InlineData("", "")]
    public void Plain_hocon_is_read_as_hocon_says(string text, string canonical)
    {
        Assert.True(HoconReader.TryReadDocument(text, "lab.conf", out var root, out var error), error?.ToString());
        Assert.Equal(canonical, HoconText.Write(root));
    }

    [Fact]
    public void Every_value_knows_its_line()
    {
        Assert.True(HoconReader.TryReadDocument("# one\na {\n  b = [\n    \"\"\"x\n\n\"\"\"\n    y\n  ]\n}\n", "lab.conf", out var root, out _));
        var list = Assert.IsType<ConfigList>(root.Find(["a", "b"]));
        Assert.Equal([4, 7], list.Items.Select(item => item.Origin.Line));
        Assert.Equal(3, list.Origin.Line);
    }

    private static readonly Gen<string> AnyText = Gen.String[Gen.Char['\u0001', '\u024f'], 0, 20];

    [Fact]
    public void What_is_written_Akka_reads_as_it_was_meant() =>
        Gen.Select(AnyText.Where(key => key.Trim().Length > 0), AnyText, AnyText).Sample((key, value, item) =>
        {
            var origin = new Origin("test", 0);
            var tree = ConfigBlock.Empty(origin)
                .With(["x", "k" + key], new ConfigScalar(value, origin))
                .With(["list"], new ConfigList([new ConfigScalar("a" + item, origin), new ConfigScalar("", origin)], origin));
            var text = HoconText.Write(tree);

            Assert.True(HoconReader.TryReadDocument(text, "test", out var again, out var error), error?.ToString());
            Assert.Equal(text, HoconText.Write(again));
            var akka = Akka.Configuration.ConfigurationFactory.ParseString(text);
            // Akka trims every value and takes the word null, quoted or not, for none.
            Assert.Equal(value.Trim() is "null" ? null : value.Trim(), akka.Root.GetObject().GetKey("x").GetObject().GetKey("k" + key).GetString());
            Assert.Equal([("a" + item).Trim(), ""], akka.GetStringList("list"));
        });
}
