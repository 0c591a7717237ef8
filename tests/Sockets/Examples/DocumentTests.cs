using System.Text.RegularExpressions;
using Anode.Messages;
using Anode.Tests.Configuration;
using Xunit;

namespace Anode.Tests.Sockets.Examples;

/// <summary>What <c>docs/sockets.md</c> shows is what compiles and runs here.</summary>
public sealed partial class DocumentTests : SocketSpec
{
    [Fact]
    public void Every_example_in_the_document_is_the_code_that_is_tested()
    {
        var examples = Example().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", "sockets.md")));
        Assert.Equal(["EchoServer.cs", "EchoProgram.cs"], examples.Select(example => example.Groups["file"].Value));
        Assert.All(examples, example =>
            Assert.Equal(File.ReadAllText(Path.Combine(Repository.Root, "tests", "Sockets", "Examples", example.Groups["file"].Value)), example.Groups["code"].Value));
    }

    [Fact]
    public void Every_command_and_event_is_in_the_document()
    {
        var document = File.ReadAllText(Path.Combine(Repository.Root, "docs", "sockets.md"));
        var messages = typeof(Sock).GetNestedTypes()
            .Where(type => type.IsClass && (typeof(Sock.ICommand).IsAssignableFrom(type) || typeof(Sock.IEvent).IsAssignableFrom(type)));
        Assert.Empty(messages.Where(type => !Regex.IsMatch(document, $@"\b{type.Name}\b")).Select(type => type.Name));
    }

    [Theory]
    [InlineData(Transport.UnixPath)]
    [InlineData(Transport.UnixAbstract)]
    public async Task Echo_server_echoes_to_many_clients_however_slowly_they_read(Transport transport)
    {
        var address = transport.Any();
        using var host = EchoProgram.Build(address);
        await host.StartAsync();
        await AwaitAssertAsync(() => PlainStream.Connect(address).Dispose());
        await Task.WhenAll(Enumerable.Range(1, 8).Select(client => Blocking.Run(() =>
        {
            using var peer = PlainStream.Connect(address);
            var bytes = PlainSockets.Pattern(4 * 1024 * 1024, client);
            var sending = Blocking.Run(() =>
            {
                peer.Send(bytes);
                peer.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
            });
            Assert.Equal(bytes, peer.ReceiveToEnd());
            sending.GetAwaiter().GetResult();
        })));
        await host.StopAsync();
    }

    [GeneratedRegex(@"^```csharp (?<file>\S+)\n(?<code>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Example();
}
