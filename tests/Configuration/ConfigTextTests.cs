using Anode.Hosting.Configuration;
using Xunit;

namespace Anode.Tests.Configuration;

public sealed class ConfigTextTests
{
    private const string Full = """
        node {
          name = lab
          runtime-dir = /run
          listener-defaults { no-delay = off, keep-alive = off, backlog = 9 }
          listeners = [
            { address = "tcp://[::]:7400", dual-stack = on, keep-alive { idle = 5s } }
            { address = "udp://127.0.0.1:7400", allow-anonymous-publish = off }
            { address = "unix://{runtime-dir}/anode-{name}.sock", unix-mode = 660 }
            { name = text, address = "tcp://127.0.0.1:7600", protocol = lines, publish = "a.{connection}", subscribe = "b.*", echo = on, slow-consumer = drop }
          ]
          dialers = [{ address = "unix:@plc", protocol = lines, publish = "plc \"x\"" }]
          http { address = off, token = abc }
          security { tokens = [one, two], users = [{ user = "a b", password = c }] }
          log.format = json
        }
        """;

    private static string Legal => Full.Replace("plc \\\"x\\\"", "plc.\\\"x\\\"");

    [Fact]
    public void Shown_configuration_loads_to_the_same_options_but_for_secrets()
    {
        var options = Configs.Options(Legal);
        var again = Configs.Options(ConfigText.Show(options));
        var masked = options with
        {
            Http = options.Http with { Token = "***" },
            Security = options.Security with { Tokens = ["***", "***"], Users = [options.Security.Users[0] with { Password = "***" }] },
        };
        Assert.Equal(masked, again);
        Assert.Equal(ConfigText.Show(options), ConfigText.Show(again));
    }

    [Fact]
    public void Secrets_are_shown_nowhere()
    {
        var config = Configs.Load("node { http.token = hush, security { tokens = [hush], users = [{ user = u, password = hush }] } }\nakka.remote.ssl.certificate.password = hush").Config!;
        Assert.DoesNotContain("hush", ConfigText.Show(config));
        Assert.DoesNotContain("hush", config.Options.ToString());
        Assert.DoesNotContain("hush", string.Concat(Configs.Errors("node.security.tokens = hush\nnode.http.token { hush = 1 }").Select(e => e.Replace("node.http.token.hush", ""))));
    }

    [Fact]
    public void Everything_in_effect_loads_again_with_akka()
    {
        var config = Configs.Load("akka.actor.deployment { \"/a.b/*\" { router = round-robin-pool } }\nakka.extensions = [\"X, Y\"]").Config!;
        var again = Configs.Load(ConfigText.Show(config)).Config!;
        Assert.Equal(config.Options, again.Options);
        Assert.Equal(HoconText.Write((ConfigBlock)config.Tree.Items["akka"]), HoconText.Write((ConfigBlock)again.Tree.Items["akka"]));
    }

    [Fact]
    public void Defaults_look_like_this()
    {
        var shown = ConfigText.Show(Configs.Options("node { name = lab, runtime-dir = /run/user/7 }"));
        Assert.Equal(File.ReadAllText(Path.Combine(Repository.Root, "tests", "Configuration", "defaults.approved.conf")), shown);
    }
}
