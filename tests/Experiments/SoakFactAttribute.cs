using Xunit;

namespace Anode.Tests.Experiments;

/// <summary>Takes minutes: only with <c>ANODE_SOAK_EXPERIMENTS=1</c>.</summary>
internal sealed class SoakFactAttribute : FactAttribute
{
    public SoakFactAttribute()
    {
        if (!IsWanted)
            Skip = "takes minutes; ANODE_SOAK_EXPERIMENTS=1 runs it";
    }

    public static bool IsWanted => Environment.GetEnvironmentVariable("ANODE_SOAK_EXPERIMENTS") == "1";
}
