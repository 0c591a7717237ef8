using Anode.Cli.Bench.Checks;
using Anode.Cli.Bench.Measuring;

namespace Anode.Cli.Bench.Loads;

/// <summary>What a run brought: two snapshots around the measurement, and the whole from the first message to the last.</summary>
internal sealed record PubSubResult(Snapshot Before, Snapshot After, long Sent, long Delivered, Verdict Verdict, LatencySummary? Latency, long? Changes);
