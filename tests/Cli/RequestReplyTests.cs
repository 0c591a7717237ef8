using Xunit;

namespace Anode.Tests.Cli;

public sealed class RequestReplyTests(NodeFixture box) : IClassFixture<NodeFixture>
{
    [Fact]
    public async Task Request_shows_the_answer_and_reply_the_request()
    {
        await using var reply = await box.SubscribedAsync("reply", "health", "fine");

        Assert.Equal("fine\n", (await box.RunAsync("request", "health", "how are you")).Exits(0).Out);
        reply.Interrupt();

        Assert.Matches(@"^\[health\] how are you \(reply _inbox\.box\.\d+\.1\)\n$", (await reply.EndAsync()).Exits(0).Out);
    }

    [Fact]
    public async Task Echo_answers_with_payload_and_headers()
    {
        await using var reply = await box.SubscribedAsync("reply", "echo.*", "--echo", "--queue", "echoes");

        var request = (await box.RunAsync("request", "echo.a", "same", "--header", "k=v", "--format", "text")).Exits(0);

        Assert.Matches(@"^\[_inbox\.box\.\d+\.1\] same \(k: v\)\n$", request.Out);
    }

    [Fact]
    public async Task Replies_waits_for_several()
    {
        await using var one = await box.SubscribedAsync("reply", "roll.call", "one");
        await using var two = await box.SubscribedAsync("reply", "roll.call", "two");

        var request = (await box.RunAsync("request", "roll.call", "--replies", "2")).Exits(0);

        Assert.Equal(["one", "two"], request.Out.TrimEnd('\n').Split('\n').Order());
    }

    [Fact]
    public async Task Nobody_subscribed_exits_3_at_once()
    {
        var request = (await box.RunAsync("request", "nobody.there", "--timeout", "1h")).Exits(3);

        Assert.Equal("anode: nobody is subscribed to 'nobody.there'\n", request.Error);
    }

    [Fact]
    public async Task Subscribed_but_silent_exits_4()
    {
        await using var silent = await box.SubscribedAsync("sub", "ignored");

        var request = (await box.RunAsync("request", "ignored", "--timeout", "200ms")).Exits(4);

        Assert.Equal("anode: 0 of 1 answers came within 0.2 s\n", request.Error);
    }
}
