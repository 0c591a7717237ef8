namespace Anode.Hosting.Configuration;

/// <summary>What an endpoint with <c>protocol = lines</c> does with its lines; all empty for other protocols.</summary>
internal sealed record LinesOptions
{
    /// <summary>Subject for each line received, with <c>{endpoint}</c>, <c>{connection}</c>, <c>{address}</c>; empty: received lines are not published.</summary>
    public required string Publish { get; init; }

    /// <summary>Filter whose messages are written as lines; empty: none.</summary>
    public required string Subscribe { get; init; }

    /// <summary>Whether a connection gets the lines it sent itself, where <see cref="Subscribe"/> matches them.</summary>
    public required bool Echo { get; init; }

    public static LinesOptions Map(Fields<LinesOptions> fields, EndpointProtocol protocol)
    {
        var isLines = protocol == EndpointProtocol.Lines;
        var lines = fields.Only(isLines, "it is for protocol = lines only");
        var options = new LinesOptions
        {
            Publish = lines.Value("publish", o => o.Publish, EndpointKinds.PublishSubject),
            Subscribe = lines.Value("subscribe", o => o.Subscribe, EndpointKinds.SubscribeFilter),
            Echo = lines.Switch("echo", o => o.Echo),
        };
        fields.Require(
            !isLines || options.Publish.Length + options.Subscribe.Length > 0,
            "publish",
            "protocol = lines needs publish = SUBJECT, subscribe = FILTER or both, else no line goes anywhere");
        return options;
    }
}
