namespace Anode.Hosting.Configuration;

/// <summary>What the command line says; each part null or empty where it says nothing.</summary>
internal sealed record Overrides
{
    public static readonly Overrides None = new();

    /// <summary><c>--name</c></summary>
    public string? Name { get; init; }

    /// <summary><c>--listen URI</c>, each; replaces the configured listeners.</summary>
    public IReadOnlyList<string> Listen { get; init; } = [];

    /// <summary><c>--peer URI</c>, each; replaces the configured peers.</summary>
    public IReadOnlyList<string> Peers { get; init; } = [];

    /// <summary><c>--http HOST:PORT|off</c></summary>
    public string? Http { get; init; }

    /// <summary><c>--cluster HOST:PORT</c></summary>
    public string? Cluster { get; init; }

    /// <summary><c>--seed HOST:PORT</c>, each; replaces the configured seeds.</summary>
    public IReadOnlyList<string> Seeds { get; init; } = [];

    /// <summary><c>--log-level</c></summary>
    public string? LogLevel { get; init; }

    /// <summary><c>--log-format</c></summary>
    public string? LogFormat { get; init; }

    /// <summary><c>--set key=value</c>, each; later ones count.</summary>
    public IReadOnlyList<string> Set { get; init; } = [];
}
