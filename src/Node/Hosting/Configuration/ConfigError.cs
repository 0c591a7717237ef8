using System.Globalization;

namespace Anode.Hosting.Configuration;

/// <summary>One thing wrong with the configuration, said so that its author can find and mend it.</summary>
/// <param name="File">The file as it was given; or what stood in for one: <c>--set</c>, <c>--listen</c>, an environment variable.</param>
/// <param name="Line">1-based; 0 where the source has no lines.</param>
/// <param name="Key">The full key (<c>node.limits.payload-bytes</c>), or empty when the text could not be read that far.</param>
/// <param name="Message">A sentence that names the key, the value and what is expected.</param>
internal sealed record ConfigError(string File, int Line, string Key, string Message)
{
    /// <summary><c>FILE:LINE: sentence</c>, the form editors and terminals make clickable.</summary>
    public override string ToString() =>
        Line == 0 ? $"{File}: {Message}" : string.Create(CultureInfo.InvariantCulture, $"{File}:{Line}: {Message}");
}
