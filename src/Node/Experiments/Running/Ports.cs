using System.Net.NetworkInformation;

namespace Anode.Experiments.Running;

/// <summary>
/// Free ports for nodes that are to come back at the same ones. From below the range the kernel gives to outgoing connections, so none is taken between
/// being found free and being bound.
/// </summary>
internal sealed class Ports
{
    private const int First = 20_000, Behind = 32_000;

    private readonly HashSet<int> _taken = [.. IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Select(listener => listener.Port)];

    public int Next()
    {
        // Several runners on one machine begin at different places.
        for (var i = Random.Shared.Next(Behind - First); ; i++)
        {
            var port = First + i % (Behind - First);
            if (_taken.Add(port))
                return port;
        }
    }
}
