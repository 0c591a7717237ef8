using Xunit;

namespace Anode.Tests.Configuration;

/// <summary>What users see, approved as text.</summary>
public sealed class ConfigErrorTextTests
{
    [Fact]
    public void All_errors_of_a_file_are_told_at_once_in_order() =>
        Assert.Equal(
            """
            lab.conf:2: node.name = 'my node' is not a node's name: write 1 to 64 letters, digits, '-' or '_'
            lab.conf:3: node.drain-timeout = 'soon' is not a duration: write 500ms, 10s, 2m
            lab.conf:4: unknown key 'node.clutser': did you mean 'node.cluster'?
            lab.conf:5: unknown key 'node.payload-bytes': did you mean 'node.limits.payload-bytes'?
            lab.conf:6: node.restart is a block: write node.restart { … }
            lab.conf:8: node.limits.payload-bytes = '2 MiB' is not a size: write 4096, 64KiB, 1MiB
            lab.conf:9: node.limits.nesting-depth = '3000' is out of range: from 2 to 128
            lab.conf:10: node.limits.producers is a single value, not a list
            lab.conf:13: unknown key 'node.listeners[0].protcol': did you mean 'node.listeners[].protocol'?
            lab.conf:14: node.listeners[1].required = 'yes' is neither on nor off
            lab.conf:15: node.listeners[2] has no address
            lab.conf:17: node.http.address = 'nowhere' is not ADDRESS:PORT or off: write 127.0.0.1:7480, [::1]:7480, 0.0.0.0:7480 or localhost:7480
            lab.conf:18: node.security.users[0].password = '***' is empty
            lab.conf:19: node.security.tokens is a list: write node.security.tokens = [ … ]
            lab.conf:21: unknown block 'limits': a configuration has the blocks node and akka (did you mean 'node.limits'?)
            lab.conf:22: akka is a block: write akka { … }
            """,
            string.Join('\n', Configs.Errors("""
            node {
              name = my node
              drain-timeout = soon
              clutser { seed = x }
              payload-bytes = 1
              restart = never
              limits {
                payload-bytes = 2 MiB
                nesting-depth = 3000
                producers = [1]
              }
              listeners = [
                { address = "tcp://127.0.0.1:1", protcol = native }
                { address = "tcp://127.0.0.1:2", required = yes }
                { backlog = 3 }
              ]
              http.address = nowhere
              security.users = [{ user = a, password = "" }]
              security.tokens = x
            }
            limits { }
            akka = off
            """)));

    [Theory]
    [InlineData("node {\n  limits.payload-bytes = 60MiB\n  limits.pending-bytes = 4KiB\n}", "lab.conf:3: node.limits.pending-bytes must hold at least one frame: payload-bytes + frame-overhead-bytes")]
    [InlineData("node {\n  limits.payload-bytes = 64MiB\n}", "lab.conf:2: node.limits.pending-bytes must hold at least one frame: payload-bytes + frame-overhead-bytes")]
    [InlineData("node {\n  http.address = \"127.0.0.1:7400\"\n}", "lab.conf:1: node.http.address and listener 1 of node.listeners both bind tcp://127.0.0.1:7400")]
    [InlineData("node.security.users = [{user = a, password = b}, {user = a, password = c}]", "lab.conf:1: node.security.users has 'a' twice")]
    [InlineData("node.listeners = [{address = \"tcp://127.0.0.1:1?protocol=lines\"}]", "lab.conf:1: node.listeners[0].address = 'tcp://127.0.0.1:1?protocol=lines' has a query: here each item is a key of its own, as in protocol = lines")]
    [InlineData("node.listener-defaults.unix-mode = 9", "lab.conf:1: node.listener-defaults.unix-mode = '9' is not a file mode: write three octal digits like 660, or \"\" to leave it to umask")]
    [InlineData("node.listener-defaults.keep-alive = on", "lab.conf:1: node.listener-defaults.keep-alive = 'on' is neither off nor a block { … }")]
    [InlineData("node.listeners = [[]]", "lab.conf:1: node.listeners[0] is a block: write { name = …, address = … }")]
    [InlineData("node.runtime-dir = run", "lab.conf:1: node.runtime-dir = 'run' is not an absolute path")]
    public void Values_that_do_not_go_together_are_told_where_they_were_set(string text, string expected) => Assert.Equal(expected, Configs.Error(text));

    [Fact]
    public void Message_about_a_very_long_text_shows_its_ends()
    {
        var error = Configs.Error($"node.name = {new string('n', 100_000)}");
        Assert.StartsWith("lab.conf:1: node.name = 'nnn", error);
        Assert.EndsWith("nnn' is not a node's name: write 1 to 64 letters, digits, '-' or '_'", error);
        Assert.InRange(error.Length, 1, 600);
    }

    [Fact]
    public void Flood_of_errors_is_cut_short()
    {
        Assert.Equal(50, Configs.Errors($"node {{\n{string.Concat(Enumerable.Range(0, 20_000).Select(i => $"k{i} = 1\n"))}}}").Length);
        var errors = Configs.Errors($"node.listeners = [{string.Concat(Enumerable.Repeat("{ backlog = 1 }\n", 20_000))}]");
        Assert.Equal((51, "lab.conf: and 19950 more errors"), (errors.Length, errors[^1]));
    }
}
