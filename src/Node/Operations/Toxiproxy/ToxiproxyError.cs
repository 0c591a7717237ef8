namespace Anode.Operations.Toxiproxy;

/// <summary>What toxiproxy says when a request cannot be served, in its own words: clients compare them.</summary>
internal sealed class ToxiproxyError(int status, string message) : Exception(message)
{
    public int Status => status;

    public static ToxiproxyError BadBody(string why) => new(400, $"bad request body: {why}");

    public static ToxiproxyError MissingField(string field) => new(400, $"missing required field: {field}");

    public static ToxiproxyError ProxyNotFound() => new(404, "proxy not found");

    public static ToxiproxyError ProxyExists() => new(409, "proxy already exists");

    public static ToxiproxyError InvalidStream() => new(400, "stream was invalid, can be either upstream or downstream");

    public static ToxiproxyError InvalidType() => new(400, "invalid toxic type");

    public static ToxiproxyError ToxicExists() => new(409, "toxic already exists");

    public static ToxiproxyError ToxicNotFound() => new(404, "toxic not found");
}
