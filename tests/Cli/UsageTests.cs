using Xunit;

namespace Anode.Tests.Cli;

public sealed class UsageTests
{
    [Theory]
    [InlineData("--clutser 127.0.0.1:1", "unknown option '--clutser', did you mean --cluster?")]
    [InlineData("run --sede 127.0.0.1:1", "unknown option '--sede', did you mean --seed?")]
    [InlineData("run somewhere", "unexpected argument 'somewhere'")]
    [InlineData("--name", "--name needs a value: --name NAME")]
    [InlineData("pubb a b", "unknown command 'pubb', did you mean pub?")]
    [InlineData("pub", "SUBJECT is missing")]
    [InlineData("pub a b c", "unexpected argument 'c'")]
    [InlineData("pub a --cuont 3", "unknown option '--cuont', did you mean --count?")]
    [InlineData("pub --unknown", "unknown option '--unknown'")]
    [InlineData("pub a..b", "SUBJECT: 'a..b' is not a subject")]
    [InlineData("pub a.* x", "SUBJECT: 'a.*' is not a subject")]
    [InlineData("pub a --count 0", "--count: '0' is not a whole number from 1 up")]
    [InlineData("pub a --count", "--count needs a value: --count N")]
    [InlineData("pub a --count 1 --count 2", "--count was given more than once")]
    [InlineData("pub a --rate fast", "--rate: 'fast' is not a rate")]
    [InlineData("pub a --size 65MiB", "--size: '65MiB' is not a size")]
    [InlineData("pub a x --size 3", "--size: the payload is either")]
    [InlineData("pub a --header nonsense", "--header: 'nonsense' is not KEY=VALUE")]
    [InlineData("sub a.>.b", "FILTER: 'a.>.b' is not a filter")]
    [InlineData("sub a --format xml", "--format: 'xml' is not text, json or raw")]
    [InlineData("sub a --timeout 0", "--timeout: '0' is not a duration")]
    [InlineData("sub a --server here", "--server: 'here' is not an address")]
    [InlineData("sub a --server udp://127.0.0.1:7400", "--server: 'udp://127.0.0.1:7400' is not tcp://HOST:PORT")]
    [InlineData("reply a answer --echo", "--echo: the answer is either")]
    [InlineData("status --http gopher://x", "--http: 'gopher://x' is not a URL")]
    [InlineData("endpoint", "a command is missing: suspend, resume, restart, stop, move")]
    [InlineData("endpoint pause x", "unknown command 'pause'")]
    [InlineData("endpoint stop", "NAME is missing")]
    [InlineData("config", "a command is missing: check, show")]
    [InlineData("bench", "a command is missing: pub-sub, request, connect, idle, udp")]
    [InlineData("bench pub-sub --size 8", "--size: a payload needs 16 bytes for its publisher and number")]
    [InlineData("bench pub-sub --size 20 --ledger", "--ledger: the mark needs a payload of 36 bytes")]
    [InlineData("bench pub-sub --pub many", "--pub: 'many' is not a whole number from 1 to 100000")]
    [InlineData("bench pub-sub --pairs 2 --sub 2", "--pairs: pairs have one publisher and one subscriber each")]
    [InlineData("bench pub-sub --subject a.*", "--subject: 'a.*' is not a subject")]
    [InlineData("bench pub-sub --protocol mqtt", "--protocol: 'mqtt' is not native, nats or bare")]
    [InlineData("bench pub-sub --server udp://127.0.0.1:7400", "--server: 'udp://127.0.0.1:7400' is not tcp://HOST:PORT")]
    [InlineData("bench pub-sub --server tcp://127.0.0.1:7400?proto=nats", "--server: '?proto=nats' is not ?protocol=")]
    [InlineData("bench pub-sub --protocol bare --pub 2", "--protocol: a bare relay has one publisher")]
    [InlineData("bench request --responders 0", "--responders: when others answer, say where")]
    [InlineData("bench connect --protocol bare", "--protocol: a bare relay has no handshake")]
    [InlineData("bench idle", "--pid is missing")]
    [InlineData("bench udp --server tcp://127.0.0.1:7400", "--server: 'tcp://127.0.0.1:7400' is not udp://HOST:PORT")]
    [InlineData("bench udp --size 20", "--size: a datagram of this load has 31 to 2048 bytes")]
    public async Task Bad_usage_exits_2_and_names_what_is_wrong(string call, string sentence)
    {
        var outcome = (await InProcess.RunAsync(call.Split(' '))).Exits(2);

        Assert.StartsWith($"anode: {sentence}", outcome.Error);
        Assert.Matches(@"\nSee 'anode.* --help'\.\n$", outcome.Error);
        Assert.Empty(outcome.Out);
    }

    [Theory]
    [InlineData("--listen", "nowhere", "--listen: ")]
    [InlineData("--http", "nowhere", "--http: ")]
    [InlineData("--set", "node.nmae=x", "--set: ")]
    [InlineData("--log-level", "loud", "--log-level: ")]
    [InlineData("--config", "/nowhere.conf", "/nowhere.conf: ")]
    public async Task Bad_configuration_exits_2_and_names_its_source(string flag, string value, string source)
    {
        var outcome = (await InProcess.RunAsync(flag, value)).Exits(2);

        Assert.StartsWith($"anode: {source}", outcome.Error);
    }

    [Fact]
    public async Task Config_show_has_what_the_flags_say()
    {
        var outcome = (await InProcess.RunAsync("config", "show", "--name", "shown", "--set", "node.drain-timeout=5s")).Exits(0);

        Assert.Contains("name = shown", outcome.Out);
        Assert.Contains("drain-timeout = 5s", outcome.Out);
    }

    [Fact]
    public async Task Version_is_one_line()
    {
        Assert.Matches(@"^anode 0\.1\.0\S*\n$", (await InProcess.RunAsync("--version")).Exits(0).Out);
    }
}
