namespace Anode.Protocols.Native.Wire;

/// <summary>
/// Why a body was refused, as the text of the ERR frame that answers it, or nothing. Reasons are constants: refusing a
/// hostile frame allocates nothing.
/// </summary>
internal readonly record struct ParseError(string? Reason)
{
    public static ParseError Ok => default;

    /// <summary>For bytes that are not MessagePack, end too early, or nest too deep.</summary>
    public static ParseError Malformed => new("the body is not well-formed MessagePack, ends too early, or nests too deep");

    /// <summary>What <see cref="BodyReader.TryReadKind"/> refuses.</summary>
    public static ParseError NoKind => new("the body must be an array whose first item is an integer (the kind)");

    public static ParseError TrailingBytes => new("bytes follow the array");

    public bool IsOk => Reason is null;

    public override string ToString() => Reason ?? "ok";
}
