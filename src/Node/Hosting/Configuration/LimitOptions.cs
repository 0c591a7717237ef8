namespace Anode.Hosting.Configuration;

/// <summary>Bounds, so that nothing a peer does makes the node grow without end. Units and reasons: <c>hocon.conf</c>.</summary>
internal sealed record LimitOptions
{
    public required long PayloadBytes { get; init; }
    public required long FrameOverheadBytes { get; init; }
    public required int NestingDepth { get; init; }
    public required long PendingBytes { get; init; }
    public required TimeSpan SlowConsumerHold { get; init; }
    public required TimeSpan WriteTimeout { get; init; }
    public required long BufferBytes { get; init; }
    public required TimeSpan BufferWait { get; init; }
    public required int SlabsPerSource { get; init; }
    public required long MaxSlabBytes { get; init; }
    public required long LineBytes { get; init; }
    public required int SubscriptionsPerConnection { get; init; }
    public required int Connections { get; init; }
    public required int ClosedHistory { get; init; }
    public required int SessionsPerSocket { get; init; }
    public required int ReceiptWindow { get; init; }
    public required int Producers { get; init; }

    /// <summary>The longest frame a peer may send.</summary>
    public long FrameBytes => PayloadBytes + FrameOverheadBytes;

    public static LimitOptions Map(Fields<LimitOptions> fields)
    {
        var limits = new LimitOptions
        {
            PayloadBytes = fields.Bytes("payload-bytes", o => o.PayloadBytes, 1, 64 * Bounds.MiB),
            FrameOverheadBytes = fields.Bytes("frame-overhead-bytes", o => o.FrameOverheadBytes, Bounds.KiB, 16 * Bounds.MiB),
            NestingDepth = fields.Count("nesting-depth", o => o.NestingDepth, 2, 128),
            PendingBytes = fields.Bytes("pending-bytes", o => o.PendingBytes, 4 * Bounds.KiB, 64 * Bounds.GiB),
            SlowConsumerHold = fields.Duration("slow-consumer-hold", o => o.SlowConsumerHold, Bounds.Zero, Bounds.Day),
            WriteTimeout = fields.Duration("write-timeout", o => o.WriteTimeout, Bounds.Millisecond, Bounds.Day),
            BufferBytes = fields.Bytes("buffer-bytes", o => o.BufferBytes, Bounds.MiB, 1024 * Bounds.GiB),
            BufferWait = fields.Duration("buffer-wait", o => o.BufferWait, Bounds.Zero, Bounds.Day),
            SlabsPerSource = fields.Count("slabs-per-source", o => o.SlabsPerSource, 2, 64),
            MaxSlabBytes = fields.Bytes("max-slab-bytes", o => o.MaxSlabBytes, 4 * Bounds.KiB, 16 * Bounds.MiB),
            LineBytes = fields.Bytes("line-bytes", o => o.LineBytes, 1, 64 * Bounds.MiB),
            SubscriptionsPerConnection = fields.Count("subscriptions-per-connection", o => o.SubscriptionsPerConnection, 1, int.MaxValue),
            Connections = fields.Count("connections", o => o.Connections, 0, int.MaxValue),
            ClosedHistory = fields.Count("closed-history", o => o.ClosedHistory, 0, 1_000_000),
            SessionsPerSocket = fields.Count("sessions-per-socket", o => o.SessionsPerSocket, 1, 1_000_000),
            ReceiptWindow = fields.Count("receipt-window", o => o.ReceiptWindow, 1, 1_000_000),
            Producers = fields.Count("producers", o => o.Producers, 1, 1_000_000),
        };
        fields.Require(
            limits.PendingBytes >= limits.FrameBytes, "pending-bytes", "node.limits.pending-bytes must hold at least one frame: payload-bytes + frame-overhead-bytes");
        fields.Require(
            limits.BufferBytes >= limits.FrameBytes, "buffer-bytes", "node.limits.buffer-bytes must hold at least one frame: payload-bytes + frame-overhead-bytes");
        fields.Require(
            limits.BufferBytes >= limits.SlabsPerSource * limits.MaxSlabBytes,
            "buffer-bytes",
            "node.limits.buffer-bytes must hold what one source may use: slabs-per-source × max-slab-bytes");
        return limits;
    }
}
