namespace Anode.Mesh;

/// <summary>The ways messages take over one link; what belongs together in order stays in one. Numbers are the wire format.</summary>
internal enum Lane : byte
{
    /// <summary>Ordinary messages.</summary>
    Normal = 0,
    /// <summary>Large ones, in pieces between the others.</summary>
    Bulk = 1,
    /// <summary>Those whose publisher waits for a receipt.</summary>
    Receipted = 2,
}
