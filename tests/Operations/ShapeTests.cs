using System.Text.Json;
using Anode.Tests.Configuration;
using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Operations;

/// <summary>The API's fields and their kinds, approved as text: what programs rely on.</summary>
public sealed class ShapeTests
{
    [Fact]
    public async Task Fields_are_as_approved()
    {
        var approved = Path.Combine(Repository.Root, "tests", "Operations", "api.approved.txt");
        await using var node = await HttpNode.StartAsync("", TestNode.Tcp, $$"""{ address = "unix:@anode-shape-{{Guid.NewGuid():N}}", name = unix }""");
        using var events = await node.EventsAsync();
        node.Kill("ep-tcp/listener");
        await node.UntilAsync("/api/endpoints/tcp", answer => (answer.Json.GetProperty("state").GetString(), answer.Json.GetProperty("restarts").GetInt32()) == ("Bound", 1));
        using var open = node.Connect();
        open.Send(4, 1, "lab.*");
        open.Sync();
        using var unix = node.Connect("unix");
        var gone = node.Connect();
        gone.Dispose();
        await events.NextAsync("connection-closed");

        var shapes = new List<string>();
        await AddAsync("/api/node", root => root);
        await AddAsync("/api/endpoints", First);
        await AddAsync("/api/endpoints/tcp", root => root);
        await AddAsync("/api/connections?state=open&endpoint=tcp", First);
        await AddAsync("/api/connections?state=open&endpoint=unix", First);
        await AddAsync("/api/connections?state=closed", First);
        await AddAsync("/api/supervision?depth=0", root => root);
        await AddAsync("/api/subscriptions", root => root);
        foreach (var kind in new[] { "endpoint-changed", "connection-opened", "connection-closed" })
            await AddAsync("/api/events", root => root.EnumerateArray().Last(entry => entry.GetProperty("kind").GetString() == kind), " " + kind);
        await AddAsync("/api/nope", root => root);
        Assert.Equal(File.ReadAllText(approved), string.Join('\n', shapes) + "\n");

        async Task AddAsync(string path, Func<JsonElement, JsonElement> part, string about = "")
        {
            shapes.Add($"# {path}{about}");
            shapes.AddRange(Fields("", part((await node.GetAsync(path, ("Accept", "application/json"))).Json)));
        }
    }

    private static JsonElement First(JsonElement root) => root.EnumerateArray().First();

    private static IEnumerable<string> Fields(string prefix, JsonElement element) => element.EnumerateObject().SelectMany(field =>
        field.Value.ValueKind == JsonValueKind.Object && field.Name != "byConnection"
            ? Fields($"{prefix}{field.Name}.", field.Value)
            : [$"{prefix}{field.Name}: {KindOf(field.Value)}"]);

    private static string KindOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => "boolean",
        var kind => kind.ToString().ToLowerInvariant(),
    };
}
