using Anode.Protocols.Native.Wire;
using CsCheck;
using Xunit;

namespace Anode.Tests.Protocols.Native;

public class BodyReaderTests
{
    private const string AnyType = "nil bool int negative huge float str bin array map ext";

    private static readonly (string Type, Value Value)[] OneOfEachType =
    [
        ("nil", Value.Nil), ("bool", Value.True), ("int", 1), ("negative", -1), ("huge", ulong.MaxValue),
        ("float", Value.Raw(0xCB, 0x3F, 0xF0, 0, 0, 0, 0, 0, 0)), ("str", "s"), ("bin", new byte[] { 1 }),
        ("array", Value.List()), ("map", Value.Map()), ("ext", Value.Raw(0xD4, 1, 0)),
    ];

    /// <summary>Item by item behind the kind: the types it may have. A map without its required keys is refused.</summary>
    private static readonly (Value Body, string[] Accepts)[] Items =
    [
        (Bodies.Hello, [""]),
        (Bodies.Welcome, [""]),
        (Bodies.Msg, ["str", "str bin", "nil str", "nil map"]),
        (Bodies.Sub, ["int", "str", "nil str", "nil int"]),
        (Bodies.Unsub, ["int", "nil int"]),
        (Bodies.To, ["int", "str", "str bin", "nil str", "nil map"]),
        (Bodies.Ping, [AnyType]),
        (Bodies.Pong, [AnyType]),
        (Bodies.Ok, ["int huge", "nil map"]),
        (Bodies.Err, ["str", "str", "nil int huge"]),
        (Bodies.Bye, ["str", "nil int", "nil array"]),
        (Bodies.Put, ["int huge", "str", "str bin", "nil str", "nil map"]),
        (Bodies.Retry, ["bin"]),
    ];

    [Fact]
    public void Every_legal_form_of_every_item_of_every_kind_means_the_same()
    {
        foreach (var body in Bodies.All)
        {
            var meaning = Meaning.Of(body.Encode());
            Assert.False(meaning.StartsWith(Meaning.Refused), meaning);
            var values = body.Walk().ToArray();
            for (var position = 0; position < values.Length; position++)
            {
                for (var form = 0; form < values[position].Heads().Count; form++)
                    Assert.Equal(meaning, Meaning.Of(body.Encode(at => at == position ? form : 0)));
            }

            Assert.Equal(meaning, Meaning.Of(body.Encode(at => values[at].Heads().Count - 1)));
        }
    }

    [Fact]
    public void Any_mix_of_forms_means_the_same() =>
        Gen.Select(Gen.OneOfConst(Bodies.All.ToArray()), Gen.Int[0, 100].Array[64]).Sample((body, forms) =>
            Assert.Equal(Meaning.Of(body.Encode()), Meaning.Of(body.Encode(at => forms[at % 64]))), iter: 5_000);

    [Fact]
    public void Wrong_type_in_any_item_of_any_kind_is_refused_and_names_the_item()
    {
        foreach (var (body, accepts) in Items)
        {
            for (var item = 1; item <= accepts.Length; item++)
            {
                foreach (var (type, value) in OneOfEachType)
                {
                    var meaning = Meaning.Of(With(body, item, value).Encode());
                    if (accepts[item - 1].Split(' ').Contains(type))
                        Assert.False(meaning.StartsWith(Meaning.Refused), $"{type}: {meaning}");
                    else
                        Assert.Matches($"^refused: .*item {item} \\(", meaning);
                }
            }
        }
    }

    [Theory]
    [InlineData("version", "int")]
    [InlineData("name", "nil str")]
    [InlineData("token", "nil str")]
    [InlineData("user", "nil str")]
    [InlineData("password", "nil str")]
    [InlineData("echo", "nil bool")]
    [InlineData("producer", "nil str")]
    [InlineData("cookie", "nil bin")]
    [InlineData("heartbeat_ms", "nil int")]
    [InlineData("unheard-of", AnyType)]
    public void Wrong_type_in_a_hello_is_refused_and_names_the_key(string key, string accepts)
    {
        foreach (var (type, value) in OneOfEachType)
        {
            var hello = key == "version" ? Value.Map((key, value)) : Value.Map(("version", 1), (key, value));
            var meaning = Meaning.Of(Value.List(1, hello).Encode());
            if (accepts.Split(' ').Contains(type))
                Assert.False(meaning.StartsWith(Meaning.Refused), $"{type}: {meaning}");
            else
                Assert.StartsWith(Meaning.Refused + key, meaning);
        }
    }

    [Theory]
    [InlineData("node", "str")]
    [InlineData("connection", "str")]
    [InlineData("inbox", "str")]
    [InlineData("hostname", "nil str")]
    [InlineData("address", "nil str")]
    [InlineData("max_payload", "nil int")]
    [InlineData("heartbeat_ms", "nil int")]
    [InlineData("addresses", "nil array")]
    public void Wrong_type_in_a_welcome_is_refused_and_names_the_key(string key, string accepts)
    {
        foreach (var (type, value) in OneOfEachType)
        {
            var welcome = Value.Map(("version", 1), ("node", "a"), ("connection", "1"), ("inbox", "i"), (key, value));
            var meaning = Meaning.Of(Value.List(2, welcome).Encode());
            if (accepts.Split(' ').Contains(type))
                Assert.False(meaning.StartsWith(Meaning.Refused), $"{type}: {meaning}");
            else
                Assert.Matches($"^refused: .*{key}", meaning);
        }
    }

    [Fact]
    public void Body_cut_at_any_byte_is_refused()
    {
        foreach (var body in Bodies.All)
        {
            var longest = body.Walk().Select(value => value.Heads().Count - 1).ToArray();
            foreach (var whole in new[] { body.Encode(), body.Encode(at => longest[at]) })
            {
                for (var length = 0; length < whole.Length; length++)
                    Assert.StartsWith(Meaning.Refused, Meaning.Of(whole.AsSpan(0, length)));
            }
        }
    }

    [Fact]
    public void Bytes_behind_the_array_are_refused()
    {
        foreach (var body in Bodies.All.Append(Value.List(99, "x")))
            Assert.Equal(Meaning.Refused + ParseError.TrailingBytes, Meaning.Of([.. body.Encode(), 0xC0]));
    }

    [Fact]
    public void Unknown_trailing_items_are_skipped_if_well_formed()
    {
        foreach (var body in Bodies.All.Where(body => body != Bodies.MsgOfText))
        {
            var meaning = Meaning.Of(body.Encode());
            foreach (var (_, value) in OneOfEachType)
                Assert.Equal(meaning, Meaning.Of(Value.List([.. body.Items, value, Bodies.Headers]).Encode()));
            var neverUsed = Value.List([.. body.Items, Value.Raw(0xC1)]);
            Assert.Equal(Meaning.Refused + ParseError.Malformed, Meaning.Of(neverUsed.Encode()));
            Assert.StartsWith(Meaning.Refused, Meaning.Of(Value.List([.. body.Items, Value.Raw(0xA2, 0x61)]).Encode()));
        }
    }

    [Fact]
    public void Trailing_nil_means_the_same_as_nothing()
    {
        (Value Whole, int Required)[] bodies =
        [
            (Bodies.Msg, 3), (Bodies.Put, 4), (Bodies.To, 4), (Bodies.Sub, 3), (Bodies.Unsub, 2), (Bodies.Ping, 1),
            (Bodies.Pong, 1), (Bodies.Ok, 2), (Bodies.Err, 3), (Bodies.Bye, 2),
        ];
        foreach (var (whole, required) in bodies)
        {
            for (var kept = 1; kept < whole.Items.Length; kept++)
            {
                var missing = Meaning.Of(Value.List(whole.Items[..kept]).Encode());
                Assert.Equal(kept < required, missing.StartsWith(Meaning.Refused));
                var nils = Enumerable.Repeat(Value.Nil, whole.Items.Length - kept);
                Assert.Equal(missing, Meaning.Of(Value.List([.. whole.Items[..kept], .. nils]).Encode()));
            }
        }
    }

    [Theory]
    [InlineData("", "the body must be an array")]
    [InlineData("90", "the body must be an array")]
    [InlineData("91C0", "the body must be an array")]
    [InlineData("91A133", "the body must be an array")]
    [InlineData("03", "the body must be an array")]
    [InlineData("810101", "the body must be an array")]
    [InlineData("9203A161", "item 2 (payload) must be bin")]
    [InlineData("9303A161C0", "item 2 (payload) must be bin")]
    [InlineData("9103", "item 1 (subject) must be a string")]
    [InlineData("9303C40161C40161", "item 1 (subject) must be a string")]
    [InlineData("9403A161C4016101", "item 3 (reply) must be a string or nil")]
    [InlineData("920CCF", "the body is not well-formed MessagePack")]
    [InlineData("930400A161", "item 1 (sid) must be an integer from 1")]
    [InlineData("920500", "item 1 (sid) must be an integer from 1")]
    [InlineData("920180", "version is missing")]
    [InlineData("92018101A131", "the keys of item 1 (hello) must be strings")]
    public void Refusal_says_what_was_expected(string hex, string reason) =>
        Assert.StartsWith(Meaning.Refused + reason, Meaning.Of(Convert.FromHexString(hex)));

    [Fact]
    public void Kind_that_nobody_knows_is_read_whole()
    {
        Assert.Equal("unknown kind 14", Meaning.Of(Value.List(14, Bodies.Headers).Encode()));
        Assert.Equal("unknown kind -1", Meaning.Of(Value.List(-1).Encode()));
        Assert.Equal($"unknown kind {long.MaxValue}", Meaning.Of(Value.List(ulong.MaxValue).Encode()));
        Assert.Equal(Meaning.Refused + ParseError.Malformed, Meaning.Of([0x92, 14, 0xC1]));
    }

    [Fact]
    public void Link_kinds_are_20_to_63() =>
        Assert.Equal(Enumerable.Range(20, 44), Enumerable.Range(-5, 105).Where(kind => Kinds.IsForLinks(kind)));

    [Fact]
    public void Of_equal_hello_keys_the_last_wins()
    {
        var hello = ReadHello(Value.Map(
            ("version", 1), ("name", "a"), ("echo", Value.False), ("name", "b"), ("echo", Value.Nil), ("version", 2)));
        Assert.Equal((2L, "b", true), (hello.Version, hello.Name, hello.Echo));
    }

    [Fact]
    public void Hello_of_a_version_alone_has_the_defaults() => Assert.Equal(new Hello(), ReadHello(Value.Map(("version", 1))));

    [Fact]
    public void Hello_in_print_keeps_its_secrets() =>
        Assert.DoesNotContain("hunter2", new Hello { Token = "hunter2", Password = "hunter2", User = "u" }.ToString());

    [Theory]
    [InlineData("name")]
    [InlineData("token")]
    [InlineData("user")]
    [InlineData("password")]
    [InlineData("producer")]
    public void Hello_string_that_is_not_utf8_is_refused(string key) =>
        Assert.StartsWith(
            $"refused: {key} must be a string of UTF-8",
            Meaning.Of(Value.List(1, Value.Map(("version", 1), (key, Value.Raw(0xA2, 0xC3, 0x28)))).Encode()));

    [Fact]
    public void Headers_that_are_not_utf8_are_refused_and_subject_payload_and_reply_are_not_judged()
    {
        var invalid = Value.Raw(0xA2, 0xC3, 0x28);
        Value[] maps = [Value.Map((invalid, "v")), Value.Map(("k", invalid)), Value.Map(("k", Value.List("v", invalid)))];
        foreach (var headers in maps)
            Assert.StartsWith("refused: item 4 (headers)", Meaning.Of(With(Bodies.Msg, 4, headers).Encode()));
        for (var item = 1; item <= 3; item++)
            Assert.StartsWith("MSG", Meaning.Of(With(Bodies.Msg, item, invalid).Encode()));
    }

    [Fact]
    public void Headers_of_any_other_shape_are_refused()
    {
        Value[] shapes =
        [
            Value.Map((1, "v")), Value.Map(("k", 1)), Value.Map(("k", Value.Nil)), Value.Map(("k", Value.Map())),
            Value.Map((Value.Nil, "v")), Value.Map(("k", Value.List(1))), Value.Map(("k", Value.List(Value.List("v")))),
            Value.Map(("k", new byte[] { 1 })),
        ];
        foreach (var shape in shapes)
        {
            Assert.StartsWith("refused: item 4 (headers)", Meaning.Of(With(Bodies.Msg, 4, shape).Encode()));
            Assert.StartsWith("refused: item 5 (headers)", Meaning.Of(With(Bodies.Put, 5, shape).Encode()));
        }
    }

    [Fact]
    public void Token_is_the_range_as_it_came()
    {
        byte[] body = [0x93, 7, 0xCD, 0x00, 0x05, 0xC0];
        Assert.True(BodyReader.TryReadKind(body, out var items, out _, out var at));
        Assert.True(BodyReader.ReadToken(body, items, at, out var token).IsOk);
        Assert.Equal(new Slice(2, 3), token);
    }

    [Fact]
    public void Depth_limit_is_the_callers()
    {
        byte[] body = [0x92, 7, 0x91, 0x91, 0x90];
        Assert.True(BodyReader.TryReadKind(body, out var items, out _, out var at));
        Assert.True(BodyReader.ReadToken(body, items, at, out _, maxDepth: 3).IsOk);
        Assert.Equal(ParseError.Malformed, BodyReader.ReadToken(body, items, at, out _, maxDepth: 2));
    }

    [Fact]
    public void Message_parse_and_refusal_allocate_nothing()
    {
        byte[][] bodies =
        [
            Bodies.Msg.Encode(), Bodies.Put.Encode(), Bodies.Sub.Encode(), Bodies.Ping.Encode(),
            Value.List(3, "a").Encode(), With(Bodies.Msg, 4, "x").Encode(), [0x92, 3, 0xC1],
        ];
        ParseAll(bodies);
        var before = GC.GetAllocatedBytesForCurrentThread();
        ParseAll(bodies);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static void ParseAll(byte[][] bodies)
    {
        foreach (var body in bodies)
        {
            BodyReader.TryReadKind(body, out var items, out var kind, out var at);
            _ = (Kind)kind switch
            {
                Kind.Msg => BodyReader.ReadMsg(body, items, at, out _),
                Kind.Put => BodyReader.ReadPut(body, items, at, out _),
                Kind.Sub => BodyReader.ReadSub(body, items, at, out _),
                _ => BodyReader.ReadToken(body, items, at, out _),
            };
        }
    }

    private static Hello ReadHello(Value fields)
    {
        var body = Value.List(1, fields).Encode();
        Assert.True(BodyReader.TryReadKind(body, out var items, out _, out var at));
        Assert.Equal(ParseError.Ok, BodyReader.ReadHello(body, items, at, out var hello));
        return hello!;
    }

    private static Value With(Value body, int item, Value value)
    {
        var items = body.Items.ToArray();
        items[item] = value;
        return Value.List(items);
    }
}
