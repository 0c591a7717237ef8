namespace Anode.Cli.Client;

/// <summary>A message on its way to the node, in the bytes it travels in.</summary>
internal readonly record struct Outgoing
{
    public required ReadOnlyMemory<byte> Subject { get; init; }

    public ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>Empty: no answer is awaited.</summary>
    public ReadOnlyMemory<byte> Reply { get; init; }

    /// <summary>Encoded, see <see cref="Protocols.Native.Wire.HeaderMap"/>; empty if none.</summary>
    public ReadOnlyMemory<byte> Headers { get; init; }
}
