using System.Text.Json.Nodes;

namespace Anode.Operations.Toxiproxy;

/// <summary>One toxic as its client sees it; what it does is a fault's business.</summary>
internal sealed class Toxic
{
    /// <summary>The attributes of each type, as toxiproxy 2 names them: milliseconds, KB/s, bytes, and microseconds for the slicer's delay.</summary>
    private static readonly Dictionary<string, string[]> Types = new(StringComparer.Ordinal)
    {
        ["latency"] = ["latency", "jitter"],
        ["bandwidth"] = ["rate"],
        ["slow_close"] = ["delay"],
        ["timeout"] = ["timeout"],
        ["reset_peer"] = ["timeout"],
        ["slicer"] = ["average_size", "size_variation", "delay"],
        ["limit_data"] = ["bytes"],
        ["noop"] = [],
    };

    private readonly Dictionary<string, long> _attributes = new(StringComparer.Ordinal);

    public required string Name { get; init; }

    public required string Type { get; init; }

    /// <summary><c>upstream</c>: what the client sends; <c>downstream</c>: what it gets.</summary>
    public required string Stream { get; init; }

    /// <summary>The share of connections that it is for.</summary>
    public float Toxicity { get; private set; }

    public bool IsUpstream => Stream.Equals("upstream", StringComparison.OrdinalIgnoreCase);

    public long this[string attribute] => _attributes[attribute];

    public static Toxic Of(Body body)
    {
        var type = body.Text("type", "");
        var stream = body.Text("stream", "downstream");
        var toxicity = body.Fraction("toxicity", 1);
        var name = body.Text("name", "");
        if (stream.ToLowerInvariant() is not ("upstream" or "downstream"))
            throw ToxiproxyError.InvalidStream();
        if (!Types.TryGetValue(type, out var attributes))
            throw ToxiproxyError.InvalidType();
        var toxic = new Toxic { Name = name.Length > 0 ? name : $"{type}_{stream}", Type = type, Stream = stream, Toxicity = toxicity };
        foreach (var attribute in attributes)
            toxic._attributes[attribute] = 0;
        toxic.Set(body.Object("attributes"));
        return toxic;
    }

    /// <summary>What is not said stays; a wrong body changes nothing.</summary>
    public void Update(Body body)
    {
        var toxicity = body.Fraction("toxicity", Toxicity);
        Set(body.Object("attributes"));
        Toxicity = toxicity;
    }

    public JsonObject ToJson() => new()
    {
        ["attributes"] = new JsonObject(_attributes.Select(attribute => KeyValuePair.Create(attribute.Key, (JsonNode?)attribute.Value))),
        ["name"] = Name,
        ["type"] = Type,
        ["stream"] = Stream,
        ["toxicity"] = Toxicity,
    };

    private void Set(Body body)
    {
        foreach (var (name, value) in _attributes.Keys.Select(name => (name, body.Whole(name, _attributes[name]))).ToList())
            _attributes[name] = value;
    }
}
