namespace Anode.Sockets;

/// <summary>Where an endpoint may run that runs in one place at a time.</summary>
/// <param name="Roles">A node needs one of them; none: any node.</param>
/// <param name="Prefer">Names of nodes, the best first.</param>
internal sealed record Mobility(IReadOnlyList<string> Roles, IReadOnlyList<string> Prefer)
{
    private Func<bool> _mayServe = () => true;
    private volatile string? _epoch;
    private volatile bool _handedOver;

    /// <summary>Right now. Asked for every connection, by whoever takes it: that the word to stop is on its way is no reason to go on.</summary>
    public bool MayServe => _mayServe();

    /// <summary>Number of the grant by which this node has it; null: it does not. Peers that are served are told.</summary>
    public string? Epoch
    {
        get => _epoch;
        set => _epoch = value;
    }

    /// <summary>
    /// It was given up in good order: its connections may end in good order, whatever becomes of the right to it. Of a lost right there is nothing to
    /// hand over.
    /// </summary>
    public bool IsHandedOver
    {
        get => _handedOver;
        set => _handedOver = value;
    }

    /// <summary>Right now, to those who are connected. Asked before every send: a process that stood still has other things to do before it hears that it did.</summary>
    public bool MaySend => _handedOver || MayServe;

    public void GuardBy(Func<bool> mayServe) => _mayServe = mayServe;
}
