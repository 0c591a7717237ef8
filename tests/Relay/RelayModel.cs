using Anode.Routing;

namespace Anode.Tests.Relay;

/// <summary>One interest, as the model keeps it.</summary>
internal sealed class ModelSubscription(int client, int sid, string filter, string? queue, int max)
{
    public int Client => client;

    public int Sid => sid;

    public string? Queue => queue;

    public int Max { get; set; } = max;

    public int Taken { get; private set; }

    public bool IsExhausted => Max > 0 && Taken >= Max;

    public void Take() => Taken++;

    public bool Matches(string subject) => Subject.Matches(System.Text.Encoding.UTF8.GetBytes(filter), System.Text.Encoding.UTF8.GetBytes(subject));
}

/// <summary>
/// The relay without sockets, actors and slabs: some lists, searched from end to end. Where the node may choose (queue groups), the model says
/// between whom, and is told whom it was.
/// </summary>
internal sealed class RelayModel(IReadOnlySet<int> withoutEcho)
{
    private readonly List<ModelSubscription> _all = [];
    private readonly Dictionary<(int Client, int Id), int> _receipts = [];

    public int CountOf(int client) => _all.Count(subscription => subscription.Client == client);

    public void Subscribe(int client, int sid, string filter, string? queue, int max)
    {
        if (!_all.Any(known => known.Client == client && known.Sid == sid))
            _all.Add(new ModelSubscription(client, sid, filter, queue, max));
    }

    public void Unsubscribe(int client, int sid, int max)
    {
        if (_all.Find(known => known.Client == client && known.Sid == sid) is not { } subscription)
            return;
        subscription.Max = max;
        if (max == 0 || subscription.IsExhausted)
            _all.Remove(subscription);
    }

    /// <summary>The clients that get the message as it is, each once.</summary>
    public List<int> Publish(int client, string subject)
    {
        var plain = Heard(client, subject).Where(subscription => subscription.Queue is null).ToList();
        plain.ForEach(Take);
        return [.. plain.Select(subscription => subscription.Client).Distinct()];
    }

    /// <summary>For each queue group those of whom one gets it; to be called before <see cref="Publish"/> takes.</summary>
    public List<List<ModelSubscription>> Groups(int client, string subject) =>
        [.. Heard(client, subject).Where(subscription => subscription.Queue is not null).GroupBy(subscription => subscription.Queue).Select(group => group.ToList())];

    public void Take(ModelSubscription subscription)
    {
        subscription.Take();
        if (subscription.IsExhausted)
            _all.Remove(subscription);
    }

    /// <summary>Null when this id was not taken before.</summary>
    public int? ReceiptOf(int client, int id) => _receipts.TryGetValue((client, id), out var receivers) ? receivers : null;

    public void Answer(int client, int id, int receivers) => _receipts[(client, id)] = receivers;

    private IEnumerable<ModelSubscription> Heard(int client, string subject) =>
        _all.Where(subscription => subscription.Matches(subject) && !(subscription.Client == client && withoutEcho.Contains(client)));
}
