using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Cli;

/// <summary>Client commands at tls://, and nodes that cannot begin with it.</summary>
public sealed class TlsCommandTests : IDisposable
{
    private readonly TestAuthority _authority = new();

    public void Dispose() => _authority.Dispose();

    [Fact]
    public async Task Commands_speak_to_a_node_by_tls()
    {
        await using var node = await StartAsync();
        string[] trusting = ["--server", TlsOf(node), "--tls-ca", _authority.File];
        await using var subscriber = AnodeProcess.Start(["sub", "lab.*", "--count", "1", .. trusting]);
        await subscriber.Within(subscriber.Error.LineWith("subscribed to"), "no subscription");
        (await AnodeProcess.RunAsync(["pub", "lab.x", "hello", .. trusting])).Exits(0);
        Assert.Equal("[lab.x] hello\n", (await subscriber.EndAsync()).Exits(0).Out);

        await using var answerer = AnodeProcess.Start(["reply", "lab.time", "noon", .. trusting]);
        await answerer.Within(answerer.Error.LineWith("subscribed to"), "no subscription");
        Assert.Equal("noon\n", (await AnodeProcess.RunAsync(["request", "lab.time", .. trusting])).Exits(0).Out);
    }

    [Fact]
    public async Task Server_that_is_not_trusted_is_not_spoken_to_unless_that_is_asked_for()
    {
        await using var node = await StartAsync();
        var refused = (await AnodeProcess.RunAsync("pub", "lab.x", "--server", TlsOf(node))).Exits(1);
        Assert.Contains("was signed by nobody who is trusted here (CN=Test Authority)", refused.Error);
        (await AnodeProcess.RunAsync("pub", "lab.x", "--server", TlsOf(node), "--tls-insecure")).Exits(0);
        var clear = (await AnodeProcess.RunAsync("pub", "lab.x", "--server", node.Tcp.Replace("tcp://", "tls://", StringComparison.Ordinal), "--tls-insecure")).Exits(1);
        Assert.DoesNotContain("Exception", clear.Error);
    }

    [Theory]
    [InlineData("pub-sub --duration 0.2 --warm-up 0", "native")]
    [InlineData("pub-sub --duration 0.2 --warm-up 0", "nats")]
    [InlineData("request --duration 0.2 --warm-up 0", "nats")]
    public async Task Bench_loads_a_node_by_tls(string load, string protocol)
    {
        await using var node = await StartAsync(protocol);
        var outcome = await AnodeProcess.RunAsync(["bench", .. load.Split(' '), "--server", $"{TlsOf(node)}?protocol={protocol}", "--tls-ca", _authority.File]);
        outcome.Exits(0);
    }

    [Fact]
    public async Task Wrong_file_is_bad_usage_that_names_the_flag()
    {
        Assert.Contains("--tls-ca: '/nowhere/x.pem' is not there", (await InProcess.RunAsync("pub", "lab.x", "--server", "tls://127.0.0.1:1", "--tls-ca", "/nowhere/x.pem")).Exits(2).Error);
        Assert.Contains("--tls-key", (await InProcess.RunAsync("pub", "lab.x", "--tls-key", "/nowhere/x.pem")).Exits(2).Error);
    }

    [Fact]
    public async Task Node_with_a_wrong_file_does_not_begin_and_names_the_key()
    {
        var outcome = await AnodeProcess.RunAsync("run", "--http", "off", "--listen", "tls://127.0.0.1:0", "--set", "node.security.tls.certificate=/nowhere/x.pem");
        Assert.Contains("node.security.tls.certificate: '/nowhere/x.pem' is not there", outcome.Exits(2).Error);
    }

    [Fact]
    public async Task Node_with_an_expired_certificate_begins_with_a_warning()
    {
        await using var node = await StartAsync("native", _authority.SignExpired("localhost"));
        await node.Process.Within(node.Process.Error.LineWith(" expired on "), "no warning");
    }

    private Task<NodeProcess> StartAsync(string protocol = "native", string? certificate = null) => NodeProcess.StartAsync(
        "--listen", $"tls://127.0.0.1:0?protocol={protocol}", "--set", $"node.security.tls.certificate={certificate ?? _authority.Sign("localhost")}");

    private static string TlsOf(NodeProcess node)
    {
        using var json = System.Text.Json.JsonDocument.Parse(File.ReadAllText(node.ReadyFile));
        return json.RootElement.GetProperty("listeners").EnumerateArray().Select(listener => listener.GetProperty("address").GetString()!)
            .Single(address => address.StartsWith("tls://", StringComparison.Ordinal));
    }
}
