namespace Anode.Protocols.Native.Wire;

/// <summary>
/// Where the parts of a MSG, PUT or TO stand in its body. Valid as long as the body's bytes stay where they are.
/// </summary>
internal readonly struct MsgView
{
    /// <summary>The number a PUT wants its receipt for; 0 in other kinds.</summary>
    public ulong Id { get; init; }

    /// <summary>Some string: whether it is a subject, and UTF-8 at all, is for routing to judge; likewise the reply.</summary>
    public Slice Subject { get; init; }

    public Slice Payload { get; init; }

    /// <summary>The payload came as <c>str</c>; it is passed on as such.</summary>
    public bool PayloadIsString { get; init; }

    public bool HasReply { get; init; }

    public Slice Reply { get; init; }

    /// <summary>The whole encoded map, checked to be of <c>str</c> to <c>str</c> or array of <c>str</c>; empty if none.</summary>
    public Slice Headers { get; init; }

    /// <summary>
    /// Where the encoded subject starts. From here to its end the body has the same items in every kind that carries a
    /// message, unknown trailing ones included, which is what lets one kind become another by a new front.
    /// </summary>
    public int TailOffset { get; init; }

    /// <summary>How many items stand from <see cref="TailOffset"/> to the end.</summary>
    public int ItemsAfterId { get; init; }
}
