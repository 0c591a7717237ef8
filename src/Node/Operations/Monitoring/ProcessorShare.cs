namespace Anode.Operations.Monitoring;

/// <summary>Percent of one core that the process took since it was last asked; asked again within a second, the answer stays.</summary>
internal sealed class ProcessorShare
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private long _at = Environment.TickCount64;
    private TimeSpan _used = Environment.CpuUsage.TotalTime;
    private double _percent;

    public double Percent()
    {
        lock (_gate)
        {
            var passed = TimeSpan.FromMilliseconds(Environment.TickCount64 - _at);
            if (passed < Shortest)
                return _percent;
            var used = Environment.CpuUsage.TotalTime;
            _percent = Math.Round((used - _used) / passed * 100, 1);
            (_at, _used) = (Environment.TickCount64, used);
            return _percent;
        }
    }
}
