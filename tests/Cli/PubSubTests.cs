using System.Diagnostics;
using System.Text.Json;
using Anode.Messages;
using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Cli;

/// <summary>Real commands against a real node. Each test has its own subjects.</summary>
public sealed class PubSubTests(NodeFixture box) : IClassFixture<NodeFixture>
{
    [Fact]
    public async Task Published_message_is_shown_with_reply_and_headers()
    {
        await using var sub = await box.SubscribedAsync("sub", "text.*", "--count", "1");

        (await box.RunAsync("pub", "text.temp", "21.5", "--reply", "text.answers", "--header", "unit=C", "--header", "unit=K")).Exits(0);

        Assert.Equal("[text.temp] 21.5 (reply text.answers; unit: C; unit: K)\n", (await sub.EndAsync()).Exits(0).Out);
    }

    [Fact]
    public async Task Json_format_is_an_object_a_line()
    {
        await using var sub = await box.SubscribedAsync("sub", "json.>", "--count", "1", "--format", "json");

        (await box.RunAsync("pub", "json.a.b", "Grüße + \"mehr\"\n", "--header", "k=v")).Exits(0);

        Assert.Equal(
            "{\"subject\":\"json.a.b\",\"payload\":\"Grüße + \\\"mehr\\\"\\n\",\"headers\":{\"k\":[\"v\"]}}\n", (await sub.EndAsync()).Exits(0).Out);
    }

    [Fact]
    public async Task Bytes_from_standard_input_arrive_as_they_are()
    {
        byte[] bytes = [0, 255, 10, 13, 128];
        await using var sub = await box.SubscribedAsync("sub", "bytes", "--count", "1", "--format", "json");
        await using var pub = box.Start("pub", "bytes", "-");

        await pub.WriteInputAsync(bytes);

        (await pub.EndAsync()).Exits(0);
        using var json = JsonDocument.Parse((await sub.EndAsync()).Exits(0).Out);
        Assert.Equal(bytes, json.RootElement.GetProperty("payloadBase64").GetBytesFromBase64());
    }

    [Fact]
    public async Task Count_and_size_send_that_many_payloads_of_that_size_in_raw()
    {
        await using var sub = await box.SubscribedAsync("sub", "many", "--count", "20000", "--format", "raw");

        (await box.RunAsync("pub", "many", "--count", "20000", "--size", "1KiB")).Exits(0);

        var lines = (await sub.EndAsync()).Exits(0).Out.TrimEnd('\n').Split('\n');
        Assert.Equal(20_000, lines.Length);
        Assert.All(lines, line => Assert.Equal(1024, line.Length));
    }

    [Fact]
    public async Task Rate_spreads_messages_over_time()
    {
        var clock = Stopwatch.StartNew();

        var pub = (await box.RunAsync("pub", "slowly", "x", "--count", "16", "--rate", "50/s")).Exits(0);

        // The first goes at once, so fifteen intervals of 20 ms.
        Assert.True(clock.Elapsed >= TimeSpan.FromMilliseconds(300), pub.Error);
        Assert.Contains("16 messages in ", pub.Error);
    }

    [Fact]
    public async Task Receipt_says_how_many_took_it()
    {
        await using var one = await box.SubscribedAsync("sub", "taken");
        await using var other = await box.SubscribedAsync("sub", "taken");

        Assert.Equal("1 receipt, 2 receivers\n", (await box.RunAsync("pub", "taken", "x", "--receipt")).Exits(0).Out);
        Assert.Equal("3000 receipts, 6000 receivers\n", (await box.RunAsync("pub", "taken", "x", "--receipt", "--count", "3000")).Exits(0).Out);
        Assert.Equal("1 receipt, 0 receivers\n", (await box.RunAsync("pub", "untaken", "x", "--receipt")).Exits(0).Out);
    }

    [Fact]
    public async Task Members_of_a_queue_group_share_messages()
    {
        await using var one = await box.SubscribedAsync("sub", "jobs", "--queue", "workers");
        await using var other = await box.SubscribedAsync("sub", "jobs", "--queue", "workers");

        (await box.RunAsync("pub", "jobs", "work", "--count", "100")).Exits(0);
        Eventually.Equal(100, () => $"{one.Out.Text}{other.Out.Text}".Count(c => c == '\n')); // on their way when pub ends
        one.Interrupt();
        other.Interrupt();

        var shown = (await one.EndAsync()).Exits(0).Out + (await other.EndAsync()).Exits(0).Out;
        Assert.Equal(100, shown.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task Nothing_within_the_timeout_exits_4()
    {
        var sub = (await box.RunAsync("sub", "silence", "--timeout", "0.2")).Exits(4);

        Assert.EndsWith("anode: 0 of 1 messages came within 0.2 s\n", sub.Error);
    }

    [Fact]
    public async Task Something_within_the_timeout_is_enough_without_count()
    {
        using var publisher = NativeTestClient.Connect(NetAddress.Parse(box.Node.Tcp));
        await using var sub = await box.SubscribedAsync("sub", "something", "--timeout", "1.5");

        publisher.Send(3, "something", "x");

        Assert.Equal("[something] x\n", (await sub.EndAsync()).Exits(0).Out);
    }

    [Fact]
    public async Task Reply_that_nobody_is_there_for_exits_3()
    {
        var pub = (await box.RunAsync("pub", "nobody.here", "x", "--reply", "answers")).Exits(3);

        Assert.Equal("anode: nobody is subscribed to 'nobody.here'\n", pub.Error);
    }

    [Fact]
    public async Task What_the_node_refuses_is_a_sentence_and_exits_1()
    {
        var pub = (await box.RunAsync("pub", "$reserved", "x")).Exits(1);

        Assert.StartsWith("anode: the node refused: forbidden: ", pub.Error);
        Assert.Single(pub.Error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task Payload_larger_than_the_node_takes_is_not_sent()
    {
        var pub = (await box.RunAsync("pub", "large", "--size", "2MiB")).Exits(1);

        Assert.Equal("anode: the payload has 2097152 bytes, box takes 1048576\n", pub.Error);
    }

    [Fact]
    public async Task Servers_are_tried_in_turn()
    {
        (await AnodeProcess.RunAsync("pub", "turn", "x", "--server", "unix:@anode-nobody", "--server", box.Node.Unix)).Exits(0);
    }

    [Fact]
    public async Task No_server_exits_1_with_every_reason()
    {
        var pub = (await AnodeProcess.RunAsync("pub", "turn", "x", "--server", "unix:@anode-nobody", "--server", "unix:///anode/nowhere")).Exits(1);

        Assert.Equal("anode: cannot connect to unix:@anode-nobody: connection refused, nor to unix:///anode/nowhere: no such file or directory\n", pub.Error);
    }
}
