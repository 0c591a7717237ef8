using Anode.Messages;
using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Nats.Differential;

/// <summary>The two servers that are asked the same: nats-server, where it is installed, and our node's NATS door.</summary>
public sealed class Doors : IAsyncLifetime
{
    private const string Door = """{ address = "tcp://127.0.0.1:0", name = nats, protocol = nats }""";

    private NatsServerProcess? _reference;
    private TestNode? _node;

    internal NetAddress Theirs => _reference!.Address;

    internal NetAddress Ours => _node!.Address("nats");

    public async Task InitializeAsync()
    {
        if (NatsServerProcess.Program is null)
            return;
        _reference = await NatsServerProcess.StartAsync();
        _node = await TestNode.StartAsync("", Door);
    }

    public async Task DisposeAsync()
    {
        _reference?.Dispose();
        if (_node is not null)
            await _node.DisposeAsync();
    }
}

/// <summary>One pair of servers for all of them.</summary>
[CollectionDefinition(nameof(Doors))]
public sealed class DoorsCollection : ICollectionFixture<Doors>;
