using System.Text.Json;

namespace Anode.Operations.Toxiproxy;

/// <summary>
/// A JSON object as toxiproxy reads one: names in any case, the last of equal ones counts, null is as if it were not there, unknown ones are no matter, and a
/// value of the wrong kind is refused.
/// </summary>
internal readonly struct Body
{
    private readonly JsonElement _object;

    private Body(JsonElement element) => _object = element;

    public static Body Of(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => new Body(element),
        JsonValueKind.Null => default,
        _ => throw ToxiproxyError.BadBody($"a JSON object is wanted, not {Kind(element)}"),
    };

    public string Text(string name, string otherwise) => Find(name) switch
    {
        null => otherwise,
        { ValueKind: JsonValueKind.String } text => text.GetString()!,
        { } other => throw Wrong(name, "a string", other),
    };

    public bool Switch(string name, bool otherwise) => Find(name) switch
    {
        null => otherwise,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { } other => throw Wrong(name, "true or false", other),
    };

    public float Fraction(string name, float otherwise) => Find(name) switch
    {
        null => otherwise,
        { ValueKind: JsonValueKind.Number } number => number.GetSingle(),
        { } other => throw Wrong(name, "a number", other),
    };

    public long Whole(string name, long otherwise) => Find(name) switch
    {
        null => otherwise,
        { ValueKind: JsonValueKind.Number } number when number.TryGetInt64(out var whole) => whole,
        { } other => throw Wrong(name, "a whole number", other),
    };

    public Body Object(string name) => Find(name) switch
    {
        null => default,
        { ValueKind: JsonValueKind.Object } inner => new Body(inner),
        { } other => throw Wrong(name, "an object", other),
    };

    private JsonElement? Find(string name)
    {
        JsonElement? found = null;
        if (_object.ValueKind != JsonValueKind.Object)
            return null;
        foreach (var property in _object.EnumerateObject())
        {
            if (property.Name.Equals(name, StringComparison.OrdinalIgnoreCase) && property.Value.ValueKind != JsonValueKind.Null)
                found = property.Value;
        }

        return found;
    }

    private static ToxiproxyError Wrong(string name, string wanted, JsonElement got) =>
        ToxiproxyError.BadBody($"{name} is {Kind(got)}, where {wanted} is wanted");

    private static string Kind(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "the number " + element.GetRawText(),
        JsonValueKind.True or JsonValueKind.False => element.GetRawText().ToLowerInvariant(),
        _ => "null",
    };
}
