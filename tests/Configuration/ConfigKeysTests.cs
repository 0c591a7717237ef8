using Anode.Hosting.Configuration;
using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Configuration;

/// <summary>No key that no option reads, no option that no key documents.</summary>
public sealed class ConfigKeysTests(ConfigKeysTests.Files files) : IClassFixture<ConfigKeysTests.Files>
{
    /// <summary>A node with an endpoint of every kind, so that every key has something to act on.</summary>
    private string EveryKind => $$"""
        node {
          security.tls { certificate = "{{files.Pem}}", key = "{{files.Pem}}", authorities = "{{files.Pem}}" }
          name = lab
          cluster.address = "127.0.0.1:0"
          listeners = [
            { address = "tcp://127.0.0.1:0" }
            { address = "tcp://[::1]:0" }
            { address = "udp://127.0.0.1:0" }
            { address = "unix://{runtime-dir}/x.sock" }
            { address = "tcp://127.0.0.1:0", protocol = lines, subscribe = b }
            { address = "tcp://127.0.0.1:0", protocol = lines, publish = a }
            { address = "tls://127.0.0.1:0" }

            { address = "tcp://127.0.0.1:0", protocol = proxy }
          ]
          listener-defaults.to = "tcp://127.0.0.1:1"
          dialers = [
            { address = "tcp://127.0.0.1:1" }
            { address = "tcp://127.0.0.1:1", protocol = lines, subscribe = b }
            { address = "tcp://127.0.0.1:1", protocol = lines, publish = a }
            { address = "tls://127.0.0.1:1" }
          ]
          peers = [ { address = "tcp://127.0.0.1:1" }, { address = "tls://127.0.0.1:1" } ]
        }
        """;

    /// <summary>Another legal value for keys whose present one does not show what is legal.</summary>
    private static readonly Dictionary<string, string> OtherValues = new()
    {
        ["node.name"] = "elsewhere",
        ["node.runtime-dir"] = "/srv/elsewhere",
        ["node.listeners"] = "[]",
        ["node.dialers"] = "[]",
        ["node.peers"] = "[]",
        ["node.peer-defaults.token"] = "t",
        ["node.links.token"] = "t",
        ["node.http.address"] = "off",
        ["node.http.token"] = "t",
        ["node.security.tokens"] = "[t]",
        ["node.security.users"] = "[{ user = u, password = p }]",
        ["node.log.level"] = "error",
        ["node.log.format"] = "json",
        ["node.listener-defaults.unix-mode"] = "600",
        ["node.listener-defaults.to"] = "\"tcp://127.0.0.1:9\"",
        ["node.listener-defaults.pending-bytes"] = "128MiB", // at least a frame
        ["node.dialer-defaults.pending-bytes"] = "128MiB",
        ["node.limits.connections"] = "9",
        ["node.sockets.driver"] = "managed",
        ["node.listener-defaults.placement"] = "cluster",
        ["node.listener-defaults.roles"] = "[edge]",
        ["node.listener-defaults.prefer"] = "[a]",
        ["node.cluster.address"] = "127.0.0.1:7501",
        ["node.cluster.seeds"] = "[\"127.0.0.1:7501\"]",
        ["node.cluster.name"] = "east",
        ["node.cluster.profile"] = "lab",
        ["node.cluster.roles"] = "[edge]",
        ["node.faults.toxiproxy.address"] = "127.0.0.1:9",
        ["node.faults.inject"] = "[\"loss node\"]",
        ["node.security.tls.client-certificate"] = "optional",
        ["node.listener-defaults.tls.client-certificate"] = "required",
        ["node.discovery.key"] = "sixteen-or-more-bytes",
        ["node.discovery.key-file"] = Path.Combine(Repository.Root, "hocon.conf"),
        ["node.discovery.address"] = "udp://239.255.74.12:7405",
        ["node.discovery.interfaces"] = "[eth0]",
    };

    /// <summary>Two names of one certificate, with its key in the same file.</summary>
    public sealed class Files : IDisposable
    {
        private readonly TestAuthority _authority = new();

        public Files()
        {
            Pem = _authority.Sign("lab");
            Other = _authority.Write("other.pem", File.ReadAllText(Pem));
        }

        public string Pem { get; }

        public string Other { get; }

        public void Dispose() => _authority.Dispose();
    }

    private static readonly string[] DocumentedKeys = [.. Leaves((ConfigBlock)ConfigLoader.BuiltIn.Items["node"], "node")];

    public static TheoryData<string> Keys => [.. DocumentedKeys];

    [Theory]
    [MemberData(nameof(Keys))]
    public void Every_key_changes_an_option(string key)
    {
        var other = key.Contains(".tls.", StringComparison.Ordinal) && key.Split('.')[^1] is "certificate" or "key" or "authorities"
            ? files.Other
            : OtherValues.GetValueOrDefault(key) ?? Other(key);
        // Where it may run is a matter of what may move. Lines need a subject; natives are not touched by one.
        string[] moving = key is "node.listener-defaults.roles" or "node.listener-defaults.prefer" ? ["node.listener-defaults.placement=cluster"]
            : key is "node.faults.inject" or "node.faults.toxiproxy.enabled" ? ["node.faults.enabled=on"] : [];
        // Nobody looks for peers without a key.
        string[] keyed = key is "node.discovery.enabled" ? ["node.discovery.key=sixteen-or-more-bytes"] : [];
        string[] needed = [.. moving, .. keyed, .. key.EndsWith(".protocol", StringComparison.Ordinal) ? [key.Replace("protocol", "publish") + "=x"] : (string[])[]];
        var changed = Configs.Options(EveryKind, Configs.Set([.. needed, $"{key}={other}"]));
        Assert.NotEqual(Configs.Options(EveryKind, Configs.Set(needed)), changed);
        Assert.Equal(changed, Configs.Options(EveryKind, Configs.Set([.. needed, $"{key}={other}"])));
    }

    [Fact]
    public void Every_option_reads_a_key_that_is_documented()
    {
        Assert.True(HoconReader.TryReadDocument(EveryKind, "test", out var tree, out _));
        var effective = ConfigLoader.BuiltIn.MergedWith(tree);
        var context = new ReadingContext(effective, ConfigLoader.BuiltIn);
        ConfigLoader.Read(effective, new Surroundings("host", "/tmp"), context);
        Assert.Empty(context.Errors);

        string[] own = ["name", "address"];
        var read = context.Read
            .Where(key => !key.Contains('[') && !own.Any(name => key == $"node.listener-defaults.{name}" || key == $"node.dialer-defaults.{name}" || key == $"node.peer-defaults.{name}"))
            .Where(key => !key.EndsWith(".keep-alive", StringComparison.Ordinal));
        Assert.Equal(DocumentedKeys.Order(StringComparer.Ordinal), read.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_key_has_a_comment_with_its_reason()
    {
        var lines = File.ReadAllLines(Path.Combine(Repository.Root, "hocon.conf"));
        var bare = lines.Where((line, i) => line.Contains('=') && !line.TrimStart().StartsWith('#') && !line.Contains("{ address") && !Commented(i));
        Assert.Empty(bare);

        // One comment may introduce several keys that belong together, up to the next blank line.
        bool Commented(int i)
        {
            for (; i >= 0 && lines[i].Trim().Length > 0; i--)
            {
                if (lines[i].TrimStart().StartsWith('#'))
                    return true;
            }

            return false;
        }
    }

    private static string Other(string key)
    {
        var now = Assert.IsType<ConfigScalar>(ConfigLoader.BuiltIn.Find(key.Split('.'))).Text;
        return now switch
        {
            "on" or "true" => "off",
            "off" => "on",
            "native" => "lines",
            "close" => "drop",
            "" => "changed",
            _ when key.EndsWith("min-backoff", StringComparison.Ordinal) || key.EndsWith(".min", StringComparison.Ordinal) => "7ms",
            _ when key.EndsWith("-bytes", StringComparison.Ordinal) && Units.TryParseBytes(now, out var bytes) => Units.FormatBytes(bytes + 1024),
            _ when Units.TryParseDuration(now, out var duration) => Units.Format(duration + TimeSpan.FromSeconds(1)),
            _ => (int.Parse(now, System.Globalization.CultureInfo.InvariantCulture) + 1).ToString(System.Globalization.CultureInfo.InvariantCulture),
        };
    }

    private static IEnumerable<string> Leaves(ConfigBlock block, string path) =>
        block.Items.SelectMany(item => item.Value is ConfigBlock inner ? Leaves(inner, $"{path}.{item.Key}") : [$"{path}.{item.Key}"]);
}
