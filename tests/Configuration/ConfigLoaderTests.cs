using Anode.Hosting.Configuration;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Anode.Tests.Configuration;

public sealed class ConfigLoaderTests
{
    private static readonly Dictionary<string, string> Runtime = new() { ["XDG_RUNTIME_DIR"] = "/run/user/7" };

    [Fact]
    public void Nothing_given_is_the_default_node()
    {
        var options = Configs.Options("node.name = lab", environment: Runtime);
        Assert.Equal(
            ["tcp-7400 tcp://127.0.0.1:7400", "udp-7400 udp://127.0.0.1:7400", "tcp-4222 tcp://127.0.0.1:4222", "unix-anode-lab unix:///run/user/7/anode-lab.sock"],
            options.Listeners.Select(l => $"{l.Name} {l.Address}"));
        Assert.Equal("tcp://127.0.0.1:7480", options.Http.Address!.ToString());
        Assert.Equal((1024 * 1024, 1024 * 1024 + (64 * 1024)), (options.Limits.PayloadBytes, options.Limits.FrameBytes));
        Assert.All(options.Listeners, l => Assert.Equal(
            (l.Address.Port == 4222 ? EndpointProtocol.Nats : EndpointProtocol.Native, true), (l.Protocol, l.Required)));
    }

    [Fact]
    public void Host_name_becomes_one_word_of_a_subject()
    {
        var kept = Configs.Options("").Name;
        Assert.Matches("^[A-Za-z0-9_-]{1,64}$", kept);
        var context = new ReadingContext(ConfigLoader.BuiltIn, ConfigLoader.BuiltIn);
        Assert.Equal("lab-1-example-org", ConfigLoader.Read(ConfigLoader.BuiltIn, new Surroundings("lab 1.example.org", "/tmp"), context).Name);
    }

    [Fact]
    public void Later_layers_win()
    {
        const string File = "node { drain-timeout = 1s, limits { line-bytes = 1, nesting-depth = 3 }, log { level = error, format = text } }";
        Dictionary<string, string> environment = new()
        {
            ["ANODE_NODE__DRAIN_TIMEOUT"] = "2s",
            ["ANODE_NODE__LIMITS__LINE_BYTES"] = "2",
            ["ANODE_NODE__LOG__LEVEL"] = "warning",
        };
        var options = Configs.Options(File, new Overrides { Set = ["node.drain-timeout=3s", "node.log.level=info", "node.drain-timeout=4s"], LogLevel = "debug" }, environment);
        Assert.Equal(3, options.Limits.NestingDepth);
        Assert.Equal(2, options.Limits.LineBytes);
        Assert.Equal(TimeSpan.FromSeconds(4), options.DrainTimeout);
        Assert.Equal(LogLevel.Debug, options.Log.Level);
    }

    [Fact]
    public void Flags_set_what_they_are_named_for()
    {
        var options = Configs.Options("", new Overrides { Name = "n7", Http = "[::1]:0", LogLevel = "error", LogFormat = "json", Listen = ["unix:@{name}"] });
        Assert.Equal(("n7", "tcp://[::1]:0", LogLevel.Error, LogFormat.Json), (options.Name, options.Http.Address!.ToString(), options.Log.Level, options.Log.Format));
        Assert.Equal("unix:@n7", Assert.Single(options.Listeners).Address.ToString());
        Assert.Null(Configs.Options("", new Overrides { Http = "off" }).Http.Address);
    }

    [Fact]
    public void Single_values_of_environment_and_set_need_no_quotes_and_lists_are_hocon()
    {
        Dictionary<string, string> environment = new()
        {
            ["ANODE_NODE__HTTP__ADDRESS"] = "[::1]:7480",
            ["ANODE_NODE__SECURITY__TOKENS"] = "[\"a b\", c]",
            ["ANODE_NODE__HTTP__TOKEN"] = "pa$$ #\"w{o}rd",
        };
        var options = Configs.Options("", Configs.Set("node.listeners=[\"tcp://127.0.0.1:0?name=x\", { address = \"udp://127.0.0.1:0\" }]", "node.name=\"quoted\""), environment);
        Assert.Equal("tcp://[::1]:7480", options.Http.Address!.ToString());
        Assert.Equal(["a b", "c"], options.Security.Tokens);
        Assert.Equal("pa$$ #\"w{o}rd", options.Http.Token);
        Assert.Equal(["x", "udp-0"], options.Listeners.Select(l => l.Name));
        Assert.Equal("quoted", options.Name);
    }

    [Theory]
    [InlineData("ANODE_NODE__DRAIN_TIME", "1s", "ANODE_NODE__DRAIN_TIME: unknown key 'node.drain-time': did you mean 'node.drain-timeout'?")]
    [InlineData("ANODE_NODE__DRAIN_TIMEOUT", "soon", "ANODE_NODE__DRAIN_TIMEOUT: node.drain-timeout = 'soon' is not a duration: write 500ms, 10s, 2m")]
    [InlineData("ANODE_NODE__LIMITS", "5", "ANODE_NODE__LIMITS: node.limits is a block: write node.limits { … }")]
    [InlineData("ANODE_NODE____X", "5", "ANODE_NODE____X: 'ANODE_NODE____X' is not a key: write ANODE_NODE__KEY, or ANODE_NODE__BLOCK__KEY")]
    [InlineData("ANODE_NODE__LISTENERS", "[", "ANODE_NODE__LISTENERS: node.listeners: the '[' opened here (column 1) is never closed")]
    public void Wrong_variable_is_named(string variable, string value, string expected) =>
        Assert.Equal(expected, Configs.Error("", environment: new() { [variable] = value }));

    [Theory]
    [InlineData("ANODE_HOME")]
    [InlineData("ANODE_NODE")]
    [InlineData("ANODE_NODES__X")]
    [InlineData("PATH")]
    public void Variables_of_others_are_ignored(string variable) => Assert.NotNull(Configs.Options("", environment: new() { [variable] = "x" }));

    [Theory]
    [InlineData("node.drain-timeout", "--set: 'node.drain-timeout' has no '=': write --set key=value")]
    [InlineData("=5", "--set: '=5': expected a key, found 'the end of the text'")]
    [InlineData("a b=5", "--set: 'a b=5': 'b' does not belong into a key")]
    [InlineData("nodes.x=5", "--set: unknown block 'nodes': a configuration has the blocks node and akka (did you mean 'node'?)")]
    [InlineData("node.restart.budgets=5", "--set: unknown key 'node.restart.budgets': did you mean 'node.restart.budget'?")]
    [InlineData("node=5", "--set: node is a block: write node { … }")]
    [InlineData("node.restart.budget=5000", "--set: node.restart.budget = '5000' is out of range: from 0 to 1000")]
    [InlineData("node.restart.min-backoff=1h", "--set: node.restart.max-backoff is shorter than min-backoff")]
    public void Wrong_set_is_refused(string assignment, string expected) => Assert.Equal(expected, Configs.Error("", Configs.Set(assignment)));

    [Fact]
    public void Akka_gets_all_layers_over_the_embedded_defaults()
    {
        var akka = Configs.Load(
            "akka.actor.default-dispatcher.throughput = 7",
            Configs.Set("akka.scheduler.tick-duration=50ms"),
            new() { ["ANODE_AKKA__LOG_DEAD_LETTERS"] = "off" }).Config!.Akka;
        Assert.Equal(7, akka.GetInt("akka.actor.default-dispatcher.throughput"));
        Assert.Equal(TimeSpan.FromMilliseconds(50), akka.GetTimeSpan("akka.scheduler.tick-duration"));
        Assert.Equal("off", akka.GetString("akka.log-dead-letters"));
        Assert.False(akka.GetBoolean("akka.coordinated-shutdown.run-by-clr-shutdown-hook"));
        Assert.Equal("10s", akka.GetString("node.drain-timeout"));
    }

    [Fact]
    public void Every_default_under_akka_is_a_key_Akka_knows()
    {
        var reference = Akka.Configuration.ConfigurationFactory.Default();
        Assert.All(Paths((ConfigBlock)ConfigLoader.BuiltIn.Items["akka"], "akka"), path => Assert.True(reference.HasPath(path), path));

        static IEnumerable<string> Paths(ConfigBlock block, string path) =>
            block.Items.SelectMany(item => item.Value is ConfigBlock inner ? Paths(inner, $"{path}.{item.Key}") : [$"{path}.{item.Key}"]);
    }

    [Fact]
    public void Actor_system_starts_with_it()
    {
        var config = Configs.Load("").Config!;
        using var system = Akka.Actor.ActorSystem.Create("config-test", config.Akka);
        Assert.Equal(100, system.Dispatchers.Lookup("akka.actor.default-dispatcher").Throughput);
        Assert.Equal(TimeSpan.FromMilliseconds(20), system.Settings.Config.GetTimeSpan("akka.scheduler.tick-duration"));
    }

    [Theory]
    [InlineData("", null, "INFO")]
    [InlineData("", "trace", "DEBUG")]
    [InlineData("", "warning", "WARNING")]
    [InlineData("akka.loglevel = ERROR", "debug", "ERROR")]
    public void Akka_logs_at_the_nodes_level_unless_told_otherwise(string text, string? flag, string level) =>
        Assert.Equal(level, Configs.Load(text, new Overrides { LogLevel = flag }).Config!.Akka.GetString("akka.loglevel"));

    [Fact]
    public void Listener_takes_what_it_leaves_out_from_listener_defaults()
    {
        var options = Configs.Options("""
            node {
              listener-defaults { backlog = 9, keep-alive = off, no-delay = off }
              listeners = [
                { address = "tcp://127.0.0.1:0" }
                { address = "tcp://127.0.0.1:0", backlog = 3, keep-alive { probes = 5 } }
                { address = "udp://127.0.0.1:0" }
              ]
            }
            """);
        Assert.Equal([9, 3, 512], options.Listeners.Select(l => l.Backlog));
        Assert.Null(options.Listeners[0].Tuning.KeepAlive);
        Assert.Equal((TimeSpan.FromSeconds(60), 5), (options.Listeners[1].Tuning.KeepAlive!.Idle, options.Listeners[1].Tuning.KeepAlive!.Probes));
        Assert.False(options.Listeners[1].Tuning.NoDelay);
    }

    [Fact]
    public void Dialer_needs_a_port_and_gets_a_name()
    {
        var dialer = Assert.Single(Configs.Options("node.dialers = [{ address = \"tcp://plc.example:502\", protocol = lines, publish = plc }]").Dialers);
        Assert.Equal(("dial-tcp-502", "tcp://plc.example:502"), (dialer.Name, dialer.Address.ToString()));
        Assert.Contains("has port 0", Configs.Error("node.dialers = [\"tcp://127.0.0.1:0\"]"));
        Assert.Equal("lab.conf:1: node.dialers[0] has no address", Configs.Error("node.dialers = [{ name = x }]"));
    }

    [Fact]
    public void File_that_cannot_be_read_is_an_error_with_its_name()
    {
        var missing = Path.Combine(Path.GetTempPath(), $"anode-{Guid.NewGuid():N}.conf");
        Assert.Equal(missing, Assert.Single(ConfigLoader.Check(missing).Errors).File);
        Assert.StartsWith("cannot be read", Assert.Single(ConfigLoader.Check(Path.GetTempPath()).Errors).Message);
        Assert.StartsWith("cannot be read", Assert.Single(ConfigLoader.Check("").Errors).Message);
        Assert.StartsWith("is larger than 1 MiB", Assert.Single(ConfigLoader.Check("/dev/zero").Errors).Message);
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_refused_at_their_line()
    {
        byte[] bytes = [.. "node {\n  name = \""u8, 0xff, .. "\"\n}"u8];
        Assert.False(ConfigFile.TryDecode(bytes, "lab.conf", out _, out var error));
        Assert.Equal("lab.conf:2: is not valid UTF-8 from here on", error.ToString());
    }
}
