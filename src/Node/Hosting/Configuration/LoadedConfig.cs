using System.Diagnostics.CodeAnalysis;

namespace Anode.Hosting.Configuration;

/// <summary>What a node is started with.</summary>
/// <param name="Options">All of <c>node { … }</c>.</param>
/// <param name="Akka">
/// All layers down to the embedded defaults, <c>node</c> included; Akka itself puts its reference below. Only the values' types
/// are unchecked here: what is under <c>akka</c> is Akka's to refuse when the system starts.
/// </param>
internal sealed record LoadedConfig(NodeOptions Options, Akka.Configuration.Config Akka)
{
    /// <summary>All layers merged, before <see cref="Options"/> were made of them.</summary>
    public required ConfigBlock Tree { get; init; }
}

/// <summary>Either a configuration, or everything that is wrong with it.</summary>
internal sealed record LoadResult
{
    private LoadResult(LoadedConfig? config, ValueList<ConfigError> errors)
    {
        Config = config;
        Errors = errors;
    }

    public LoadedConfig? Config { get; }

    /// <summary>In the order of the layers and lines they come from; empty if there is a configuration.</summary>
    public ValueList<ConfigError> Errors { get; }

    [MemberNotNullWhen(true, nameof(Config))]
    public bool IsValid => Config is not null;

    public static LoadResult Of(LoadedConfig config) => new(config, []);

    public static LoadResult Failed(IEnumerable<ConfigError> errors) => new(null, [.. errors]);
}
