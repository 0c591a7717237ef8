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

        /// <summary>False when this id was taken before; <paramref name="receivers"/> is then what it was answered with.</summary>
        public bool TryTake(ulong id, out long receivers)
        {
            MarkUsed();
            lock (_gate)
            {
                if (_receivers.TryGetValue(id, out receivers))
                    return false;
                while (_order.Count >= capacity)
                {
                    var oldest = _order.Dequeue();
                    _receivers.Remove(oldest);
                    _waiting?.Remove(oldest);
                }

                _receivers[id] = 0;
                _order.Enqueue(id);
                return true;
            }
        }

        /// <summary>Whoever sends this id from now on waits, until it is answered. True: it has no answer yet, and this one will be told.</summary>
        public bool Wait(ulong id, IActorRef client, bool begin)
        {
            lock (_gate)
            {
                if (begin)
                    (_waiting ??= [])[id] = [];
                if (_waiting is null || !_waiting.TryGetValue(id, out var waiting))
                    return false;
                if (!waiting.Contains(client))
                    waiting.Add(client);
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
