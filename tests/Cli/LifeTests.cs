using System.Net;
using System.Net.Sockets;
using Anode.Messages;
using Anode.Protocols.Native.Wire;
using Anode.Sockets.Client;
using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Cli;

/// <summary>How a node starts and ends, as a process.</summary>
public sealed class LifeTests
{
    [Fact]
    public async Task Terminated_node_drains_removes_its_ready_file_and_exits_0()
    {
        await using var node = await NodeProcess.StartAsync();
        await using var sub = AnodeProcess.Start("sub", "x", "--server", node.Unix);
        await sub.Within(sub.Error.LineWith("subscribed to 'x' on box"), "no subscription");

        (await node.StopAsync()).Exits(0);

        Assert.False(File.Exists(node.ReadyFile));
        Assert.EndsWith("anode: the node ended the connection: shutting-down: the node is shutting down\n", (await sub.EndAsync()).Exits(1).Error);
    }

    [Fact]
    public async Task Second_signal_ends_a_node_that_still_drains()
    {
        await using var node = await NodeProcess.StartAsync(
            "--set", "node.timeouts.linger=1m", "--set", "node.drain-timeout=2m", "--set", "node.limits.write-timeout=2m");
        await using var deaf = await SubscribedAndDeafAsync(node.Tcp, "flood");
        (await AnodeProcess.RunAsync("pub", "flood", "--size", "1MiB", "--count", "30", "--server", node.Tcp)).Exits(0);

        node.Process.Terminate();
        await node.Process.Within(node.Process.Error.LineWith("is draining"), "no drain");
        (await node.StopAsync()).Exits(0);

        // An end at once leaves it behind: the drain, which removes it, was cut short.
        Assert.True(File.Exists(node.ReadyFile));
    }

    [Fact]
    public async Task Killed_node_is_a_lost_connection_to_its_subscribers()
    {
        await using var node = await NodeProcess.StartAsync();
        await using var sub = AnodeProcess.Start("sub", "x", "--server", node.Tcp);
        await sub.Within(sub.Error.LineWith("subscribed to"), "no subscription");

        node.Process.Kill();

        Assert.Contains($"anode: the connection to {node.Tcp} was lost: ", (await sub.EndAsync()).Exits(1).Error);
    }

    [Fact]
    public async Task Port_of_http_in_use_exits_1_with_a_sentence()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();

        var node = (await AnodeProcess.RunAsync("--listen", "tcp://127.0.0.1:0", "--http", taken.LocalEndpoint.ToString()!)).Exits(1);

        Assert.Contains($"anode: the HTTP API cannot listen on tcp://{taken.LocalEndpoint}: ", node.Error, StringComparison.Ordinal);
        Assert.Contains("--http off", node.Error);
    }

    [Fact]
    public async Task Ready_file_that_cannot_be_written_exits_1_with_a_sentence()
    {
        var node = (await AnodeProcess.RunAsync("run", "--listen", "tcp://127.0.0.1:0", "--http", "off", "--ready-file", "/nowhere/ready.json")).Exits(1);

        Assert.Contains("anode: --ready-file /nowhere/ready.json cannot be written: ", node.Error);
    }

    [Fact]
    public async Task Node_with_a_token_lets_in_who_has_it()
    {
        await using var node = await NodeProcess.StartAsync("--set", "node.security.tokens=[\"s3cret\"]");

        var refused = (await AnodeProcess.RunAsync("pub", "x", "--server", node.Tcp, "--token", "wrong")).Exits(1);
        (await AnodeProcess.RunAsync("pub", "x", "--server", node.Tcp, "--token", "s3cret")).Exits(0);
        await using var byEnvironment = AnodeProcess.Start(new Dictionary<string, string> { ["ANODE_TOKEN"] = "s3cret" }, "pub", "x", "--server", node.Tcp);
        (await byEnvironment.EndAsync()).Exits(0);

        Assert.StartsWith($"anode: cannot connect to {node.Tcp}: unauthorized: ", refused.Error);
    }

    [Fact]
    public async Task Configuration_file_with_errors_exits_2_and_names_lines_and_keys()
    {
        var folder = Directory.CreateTempSubdirectory("anode-test-");
        var file = Path.Combine(folder.FullName, "bad.conf");
        await File.WriteAllTextAsync(file, "node {\n  drain-timeuot = 5s\n  limits { payload-bytes = lots }\n}\n");

        var run = (await AnodeProcess.RunAsync("--config", file)).Exits(2);
        var check = (await AnodeProcess.RunAsync("config", "check", file)).Exits(2);
        folder.Delete(recursive: true);

        Assert.Contains($"anode: {file}:2: ", run.Error);
        Assert.Contains($"anode: {file}:3: ", run.Error);
        Assert.Contains("drain-timeout", check.Error);
        Assert.StartsWith($"{file}:2: ", check.Error);
    }

    /// <summary>A client that subscribes and then reads nothing.</summary>
    private static async Task<Stream> SubscribedAndDeafAsync(string server, string filter)
    {
        var stream = await StreamClient.ConnectAsync(NetAddress.Parse(server), CancellationToken.None);
        var frames = new byte[1024];
        var hello = FrameWriter.Hello(frames, prefix: true, new Hello());
        var sub = FrameWriter.Sub(frames.AsSpan(hello), prefix: true, 1, System.Text.Encoding.UTF8.GetBytes(filter));
        var ping = FrameWriter.Ping(frames.AsSpan(hello + sub), prefix: true);
        await stream.WriteAsync(frames.AsMemory(0, hello + sub + ping));
        // WELCOME is longer than PONG's two bytes, so both have come when the PONG's kind ends what was read.
        var read = 0;
        while (read < 2 || frames[read - 1] != (byte)Kind.Pong || frames[read - 2] != 0x91)
            read += await stream.ReadAsync(frames.AsMemory(read));
        return stream;
    }
}
