namespace Anode.Mesh;

/// <summary>How links and the mesh of them behave; see <c>hocon.conf</c> for the reasons.</summary>
internal sealed record MeshSettings
{
    /// <summary>Silence after which the peer is asked for a sign of life.</summary>
    public TimeSpan ProbeInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Silent intervals in a row that end a link.</summary>
    public int ProbeMisses { get; init; } = 3;

    /// <summary>From connect or accept to a finished handshake.</summary>
    public TimeSpan Handshake { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The cluster this node is a member of, as its record says; empty: none.</summary>
    public string Cluster { get; init; } = "";

    /// <summary>Of a link that does not say otherwise.</summary>
    public int Cost { get; init; } = 10;

    /// <summary>Nodes a message may pass.</summary>
    public int HopLimit { get; init; } = 32;

    /// <summary>Bytes of bulk on their way that the peer has not acknowledged.</summary>
    public long CreditBytes { get; init; } = 1024 * 1024;

    /// <summary>Messages longer than this go in pieces of this size.</summary>
    public int PieceBytes { get; init; } = 64 * 1024;

    /// <summary>Between two comparisons of what neighbours know.</summary>
    public TimeSpan Digest { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a node that cannot be reached is remembered with its subscriptions.</summary>
    public TimeSpan Forget { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a publisher waits for its receipt before it is told that there is none yet.</summary>
    public TimeSpan Receipt { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>PUTs that may wait for receipts at a time, over all clients.</summary>
    public int PendingReceipts { get; init; } = 16 * 1024;

    /// <summary>What the peer of a link must say; empty: nothing.</summary>
    public string Token { get; init; } = "";

    /// <summary>The peer's certificate must have its node's name.</summary>
    public bool CertificateNamesNode { get; init; }

    /// <summary>How long a peer is asked to stay away that was refused for a reason that does not pass by itself.</summary>
    public TimeSpan PermanentBackoff { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Seconds a peer waits before it dials again a node that is draining.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(1);
}
