namespace Anode.Hosting.Configuration;

/// <summary>Links to other nodes, and the mesh they make.</summary>
internal sealed record LinkOptions
{
    public required TimeSpan ProbeInterval { get; init; }
    public required int ProbeMisses { get; init; }
    public required TimeSpan Handshake { get; init; }
    public required int Cost { get; init; }
    public required int HopLimit { get; init; }
    public required long CreditBytes { get; init; }
    public required long PieceBytes { get; init; }
    public required TimeSpan DigestInterval { get; init; }
    public required TimeSpan ForgetAfter { get; init; }
    public required TimeSpan ReceiptTimeout { get; init; }
    public required int PendingReceipts { get; init; }

    /// <summary>Shown to peers and wanted of them; empty: none.</summary>
    public required string Token { get; init; }

    /// <summary>A peer's certificate must have its node's name.</summary>
    public required bool CertificateNamesNode { get; init; }

    public static LinkOptions Map(Fields<LinkOptions> fields) => new()
    {
        ProbeInterval = fields.Duration("probe-interval", o => o.ProbeInterval, TimeSpan.FromMilliseconds(20), Bounds.Day),
        ProbeMisses = fields.Count("probe-misses", o => o.ProbeMisses, 1, 1000),
        Handshake = fields.Duration("handshake", o => o.Handshake, TimeSpan.FromMilliseconds(100), Bounds.Day),
        Cost = fields.Count("cost", o => o.Cost, 1, 1_000_000),
        HopLimit = fields.Count("hop-limit", o => o.HopLimit, 1, 126),
        CreditBytes = fields.Bytes("credit-bytes", o => o.CreditBytes, 128 * 1024, Bounds.GiB),
        PieceBytes = fields.Bytes("piece-bytes", o => o.PieceBytes, 4 * 1024, 512 * 1024),
        DigestInterval = fields.Duration("digest-interval", o => o.DigestInterval, TimeSpan.FromMilliseconds(100), Bounds.Day),
        ForgetAfter = fields.Duration("forget-after", o => o.ForgetAfter, TimeSpan.FromMilliseconds(100), Bounds.Day),
        ReceiptTimeout = fields.Duration("receipt-timeout", o => o.ReceiptTimeout, TimeSpan.FromMilliseconds(100), Bounds.Day),
        PendingReceipts = fields.Count("pending-receipts", o => o.PendingReceipts, 1, 32 * 1024),
        Token = fields.Value("token", o => o.Token, ValueKinds.Secret),
        CertificateNamesNode = fields.Switch("certificate-names-node", o => o.CertificateNamesNode),
    };

    /// <summary>The compiler's own would put the token into every log line that shows options.</summary>
    public override string ToString() => $"{nameof(LinkOptions)} {{ {nameof(Cost)} = {Cost} }}";
}
