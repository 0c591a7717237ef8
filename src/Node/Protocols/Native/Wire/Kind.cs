namespace Anode.Protocols.Native.Wire;

/// <summary>The first item of every body. Numbers are the wire format: extended, never reused.</summary>
internal enum Kind : byte
{
    Hello = 1,
    Welcome = 2,
    Msg = 3,
    Sub = 4,
    Unsub = 5,
    To = 6,
    Ping = 7,
    Pong = 8,
    Ok = 9,
    Err = 10,
    Bye = 11,
    Put = 12,
    Retry = 13,
}

/// <summary>The kinds that never come from a client.</summary>
internal static class Kinds
{
    public const long FirstOfLinks = 20;
    public const long LastOfLinks = 63;

    /// <summary>Reserved for node ↔ node links; from anybody else such a kind is as unknown as 99.</summary>
    public static bool IsForLinks(long kind) => kind is >= FirstOfLinks and <= LastOfLinks;
}
