using System.Globalization;

namespace Anode.Faults;

/// <summary>In one sentence, what shows that a fault has happened.</summary>
internal static class Evidence
{
    /// <summary>Empty: nothing does.</summary>
    public static string Of(ActiveFault fault)
    {
        var tally = fault.Tally;
        if (tally.Hits == 0)
            return "";
        var (p50, p99, max) = tally.Delays();
        return fault.Spec.Shape switch
        {
            FrameDelay or Latency or Bandwidth or Slicer or SlowClose or CallDelay or SlowAccept => string.Create(
                CultureInfo.InvariantCulture, $"{tally.DelayedPieces} delayed, by {p50:0.0} ms in the median, {p99:0.0} ms at p99, {max:0.0} ms at most"),
            HalfOpen or ClusterPartition => $"{tally.DelayedPieces} held back, {tally.Lost} lost",
            FrameShape or StreamShape when tally.Frames > 0 => $"{tally.Frames} of {tally.Bytes} bytes on {tally.Connections} connections",
            CallShape => $"{tally.Hits} calls",
            AcceptShape => $"{tally.Hits} connections refused",
            EndpointShape => "the endpoint was taken down",
            ActorShape => $"{tally.Hits} times",
            _ => $"{tally.Hits} times",
        };
    }
}
