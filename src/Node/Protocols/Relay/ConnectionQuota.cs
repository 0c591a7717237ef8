namespace Anode.Protocols.Relay;

/// <summary>
/// Places for connections, over all endpoints of the node. Counted when one is taken and when it is given back, so that neither a peer that was
/// refused nor a burst of accepts can take or overrun the last place.
/// </summary>
internal sealed class ConnectionQuota(int places)
{
    private int _taken;

    /// <summary>0: no limit.</summary>
    public int Places => places;

    public bool TryTake()
    {
        if (Interlocked.Increment(ref _taken) <= places || places == 0)
            return true;
        Interlocked.Decrement(ref _taken);
        return false;
    }

    public void Return() => Interlocked.Decrement(ref _taken);
}
