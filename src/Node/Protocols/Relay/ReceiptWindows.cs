using Akka.Actor;
using Anode.Mesh;

namespace Anode.Protocols.Relay;

/// <summary>
/// Which PUTs have been taken: the newest ids of each producer with their answers, so that one sent again is answered again but not
/// delivered again. Bounded by ids for each producer and by producers.
/// </summary>
/// <remarks>
/// Who goes when a new producer finds no room is found by second chance: who was used since it was last looked at is passed over once. That is
/// close to the longest silent one, without a lock shared by all for each PUT.
/// </remarks>
internal sealed class ReceiptWindows(int idsPerProducer, int maxProducers)
{
    private readonly object _gate = new();
    private readonly Dictionary<string, LinkedListNode<Window>> _byProducer = [];
    private readonly LinkedList<Window> _inTurn = [];

    /// <summary>The window of a producer, made if it is new. Held by its connections while they live.</summary>
    public Window Of(string producer)
    {
        lock (_gate)
        {
            if (_byProducer.TryGetValue(producer, out var node))
            {
                node.Value.MarkUsed();
                return node.Value;
            }

            while (_byProducer.Count >= maxProducers && _inTurn.First is { } next)
            {
                _inTurn.Remove(next);
                if (next.Value.WasUsed())
                    _inTurn.AddLast(next);
                else
                    _byProducer.Remove(next.Value.Producer);
            }

            var window = new Window(producer, idsPerProducer);
            _byProducer[producer] = _inTurn.AddLast(window);
            return window;
        }
    }

    /// <summary>For a connection without a producer's name: its ids end with it and take nobody's place.</summary>
    public Window OfNobody() => new("", idsPerProducer);

    /// <summary>One producer's newest ids. Two connections of one producer may meet here, when it reconnects.</summary>
    internal sealed class Window(string producer, int capacity) : IReceiptWindow
    {
        private readonly object _gate = new();
        private readonly Dictionary<ulong, long> _receivers = [];
        private readonly Queue<ulong> _order = new();
        private Dictionary<ulong, List<IActorRef>>? _waiting; // for receipts from other nodes
        private bool _used;

        public string Producer => producer;

        public void MarkUsed() => Volatile.Write(ref _used, true);

        /// <summary>Since this was asked last.</summary>
        public bool WasUsed() => Interlocked.Exchange(ref _used, false);

        /// <summary>Takes an id, unless it was taken before.</summary>
        /// <param name="id">The producer's.</param>
        /// <param name="client">Who is to hear the answer, where it may come later; null: it comes at once.</param>
        /// <param name="receivers">Of one that was taken before, and answered.</param>
        /// <param name="isAnswered">False: it was taken and has no answer yet; the client will be told.</param>
        public bool TryTake(ulong id, IActorRef? client, out long receivers, out bool isAnswered)
        {
            MarkUsed();
            lock (_gate)
            {
                isAnswered = true;
                if (_receivers.TryGetValue(id, out receivers))
                {
                    if (client is null || _waiting is null || !_waiting.TryGetValue(id, out var waiting))
                        return false;
                    isAnswered = false;
                    if (!waiting.Contains(client))
                        waiting.Add(client);
                    return false;
                }

                while (_order.Count >= capacity)
                    _receivers.Remove(_order.Dequeue()); // who waits for it is told all the same

                _receivers[id] = 0;
                _order.Enqueue(id);
                if (client is not null)
                    (_waiting ??= [])[id] = [client];
                return true;
            }
        }

        public IReadOnlyList<IActorRef> Waiting(ulong id)
        {
            lock (_gate)
                return _waiting is not null && _waiting.TryGetValue(id, out var waiting) ? [.. waiting] : [];
        }

        public IReadOnlyList<IActorRef> Answer(ulong id, long receivers)
        {
            lock (_gate)
            {
                if (_receivers.ContainsKey(id))
                    _receivers[id] = receivers;
                return _waiting is not null && _waiting.Remove(id, out var waiting) ? waiting : [];
            }
        }
    }
}
