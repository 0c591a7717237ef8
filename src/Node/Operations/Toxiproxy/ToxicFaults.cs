using System.Diagnostics;
using Akka.Actor;
using Anode.Faults;

namespace Anode.Operations.Toxiproxy;

/// <summary>
/// Each toxic as the node's own fault, where <c>/api/faults</c> shows it with its evidence. Faults are done to the half of a connection that was accepted: what a
/// client sends comes <c>in</c> there, what it gets goes <c>out</c>.
/// </summary>
internal sealed class ToxicFaults(FaultRoom room) : IToxicFaults
{
    /// <summary>A toxic lasts until somebody takes it away, or the node ends.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromDays(3650);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async Task<string?> BeginAsync(string endpoint, Toxic toxic)
    {
        if (ShapeOf(toxic) is not var (kind, shape))
            return null;
        var spec = new FaultSpec(
            kind, "", shape, new FaultTarget(TargetKind.Endpoint, endpoint), toxic.IsUpstream ? FaultDirection.In : FaultDirection.Out,
            Math.Clamp(toxic.Toxicity, 0, 1), Random.Shared.NextInt64(), Lease, TimeSpan.Zero);
        return await AskAsync(new Fault.Begin(spec, Stopwatch.GetTimestamp())) switch
        {
            Fault.Begun begun => begun.Fault.Id,
            Fault.Refused refused => throw new ToxiproxyError(500, refused.Text),
            var other => throw new ToxiproxyError(500, $"unexpected answer: {other}"),
        };
    }

    public async Task EndAsync(string? fault)
    {
        if (fault is not null)
            await AskAsync(new Fault.Remove(fault));
    }

    /// <summary>Null: nothing would happen. Values that toxiproxy takes and that mean nothing count as the nearest ones that do.</summary>
    internal static (string Kind, FaultShape Shape)? ShapeOf(Toxic toxic) => toxic.Type switch
    {
        "latency" => ("latency", new Latency(new Delay(Milliseconds(toxic["latency"]), Milliseconds(toxic["jitter"]), Distribution.Uniform))),
        // With a rate of zero toxiproxy passes nothing, and keeps it.
        "bandwidth" => toxic["rate"] > 0 ? ("bandwidth", new Bandwidth(Math.Min(toxic["rate"], long.MaxValue / 1000) * 1000)) : ("half-open", new HalfOpen()),
        "slow_close" => ("slow-close", new SlowClose(Milliseconds(toxic["delay"]))),
        "timeout" => ("timeout", new Anode.Faults.Timeout(Milliseconds(toxic["timeout"]))),
        "reset_peer" => ("reset", new Reset(Milliseconds(toxic["timeout"]))),
        "slicer" => ("slicer", SlicerOf(toxic)),
        "limit_data" => ("limit-data", new LimitData(Math.Max(0, toxic["bytes"]))),
        _ => null,
    };

    private static Slicer SlicerOf(Toxic toxic)
    {
        var size = (int)Math.Clamp(toxic["average_size"], 1, 1 << 20);
        return new Slicer(size, (int)Math.Clamp(toxic["size_variation"], 0, size - 1), TimeSpan.FromMicroseconds(Math.Clamp(toxic["delay"], 0, 86_400_000_000)));
    }

    private static TimeSpan Milliseconds(long value) => TimeSpan.FromMilliseconds(Math.Clamp(value, 0, 86_400_000));

    private async Task<object> AskAsync(object command)
    {
        if (room.Actor is not { } actor)
            throw new ToxiproxyError(503, "the node is starting");
        try
        {
            return await actor.Ask(command, Patience);
        }
        catch (AskTimeoutException)
        {
            throw new ToxiproxyError(500, $"no answer within {Patience.TotalSeconds} s");
        }
    }
}
