namespace Anode.Routing;

/// <summary>Told of every subscription that joins or leaves the index, by the thread that does it.</summary>
internal interface IInterestWatcher
{
    /// <summary>Before it is in the index: what is there must be known.</summary>
    void Add(Subscription subscription);

    /// <summary>After it has left; also of one that was not in it.</summary>
    void Remove(Subscription subscription);
}
