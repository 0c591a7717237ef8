using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Cli;

/// <summary>One node for all tests of a class, and commands against it.</summary>
public sealed class NodeFixture : IAsyncLifetime
{
    internal NodeProcess Node { get; private set; } = null!;

    public async Task InitializeAsync() => Node = await NodeProcess.StartAsync();

    public async Task DisposeAsync() => await Node.DisposeAsync();

    internal AnodeProcess Start(params string[] args) => AnodeProcess.Start([.. args, "--server", Node.Tcp]);

    internal Task<Outcome> RunAsync(params string[] args) => AnodeProcess.RunAsync([.. args, "--server", Node.Tcp]);

    /// <summary>A sub or reply whose subscription is in effect.</summary>
    internal async Task<AnodeProcess> SubscribedAsync(params string[] args)
    {
        var subscriber = Start(args);
        await subscriber.Within(subscriber.Error.LineWith("subscribed to"), "no subscription");
        return subscriber;
    }
}
