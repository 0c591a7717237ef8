namespace Anode.Sockets;

/// <summary>Is shown what is left out, before its memory goes. Any thread; only what goes wrong passes here.</summary>
internal interface IDropWitness
{
    /// <param name="delivery">Valid during the call.</param>
    /// <param name="record">Whose it was.</param>
    /// <param name="policy">Why: <c>slow-consumer</c>, <c>closing</c>, <c>connection-ended</c>.</param>
    void OnDropped(Delivery delivery, ConnectionRecord record, string policy);
}
