namespace Anode.Protocols.Relay;

/// <summary>
/// Which PUTs have been taken: the newest ids of each producer with their answers, so that one sent again is answered again but not
/// delivered again. Bounded by ids for each producer and by producers, the longest unused one going first.
/// </summary>
internal sealed class ReceiptWindows(int idsPerProducer, int maxProducers)
{
    private readonly object _gate = new();
    private readonly Dictionary<string, LinkedListNode<Window>> _byProducer = [];
    private readonly LinkedList<Window> _byUse = [];

    /// <summary>For a client without a producer's name: it ends with the connection.</summary>
    public Window Unnamed() => new("", idsPerProducer);

    /// <summary>The window of a producer, made if it is new. Held by its connections while they live.</summary>
    public Window Of(string producer)
    {
        lock (_gate)
        {
            if (_byProducer.TryGetValue(producer, out var node))
            {
                _byUse.Remove(node);
                _byUse.AddLast(node);
                return node.Value;
            }

            while (_byProducer.Count >= maxProducers && _byUse.First is { } oldest)
            {
                _byUse.RemoveFirst();
                _byProducer.Remove(oldest.Value.Producer);
            }

            var window = new Window(producer, idsPerProducer);
            _byProducer[producer] = _byUse.AddLast(window);
            return window;
        }
    }

    /// <summary>One producer's newest ids. Two connections of one producer may meet here, when it reconnects.</summary>
    internal sealed class Window(string producer, int capacity)
    {
        private readonly object _gate = new();
        private readonly Dictionary<ulong, long> _receivers = [];
        private readonly Queue<ulong> _order = new();

        public string Producer => producer;

        /// <summary>False when this id was taken before; <paramref name="receivers"/> is then what it was answered with.</summary>
        public bool TryTake(ulong id, out long receivers)
        {
            lock (_gate)
            {
                if (_receivers.TryGetValue(id, out receivers))
                    return false;
                while (_order.Count >= capacity)
                    _receivers.Remove(_order.Dequeue());
                _receivers[id] = 0;
                _order.Enqueue(id);
                return true;
            }
        }

        public void Answer(ulong id, long receivers)
        {
            lock (_gate)
            {
                if (_receivers.ContainsKey(id))
                    _receivers[id] = receivers;
            }
        }
    }
}
