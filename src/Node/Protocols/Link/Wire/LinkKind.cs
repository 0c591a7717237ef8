namespace Anode.Protocols.Link.Wire;

/// <summary>The first item of every frame between nodes, beside ERR and BYE, which are the native protocol's. Extended, never reused.</summary>
internal enum LinkKind : byte
{
    Hello = 20,
    Welcome = 21,
    Probe = 22,
    Echo = 23,
    Record = 24,
    Interest = 25,
    Digest = 26,
    Want = 27,
    Data = 30,
    Ack = 31,
    Receipt = 32,
    Piece = 33,
}
