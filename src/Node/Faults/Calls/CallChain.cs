using Anode.Sockets;

namespace Anode.Faults;

/// <summary>Several faults in the way of one connection's calls: the first that fails one, or puts it off, decides.</summary>
internal sealed class CallChain(IReadOnlyList<ISocketCalls> calls) : ISocketCalls
{
    public int OnReceive(ref int bytes)
    {
        foreach (var call in calls)
        {
            if (call.OnReceive(ref bytes) is var errno and not 0)
                return errno;
        }

        return 0;
    }

    public int OnSend(ref int bytes)
    {
        foreach (var call in calls)
        {
            if (call.OnSend(ref bytes) is var errno and not 0)
                return errno;
        }

        return 0;
    }
}
