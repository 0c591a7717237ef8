using System.Collections.Concurrent;
using Akka.Actor;
using Anode.Messages;

namespace Anode.Sockets;

/// <summary>Where a connection is in its life, as operators see it.</summary>
internal enum ConnectionState
{
    Open,
    Closing,
    Closed,
    /// <summary>Open, and not yet encrypted.</summary>
    Handshaking,
}

/// <summary>
/// The public face of one connection or session: written by its actor alone, read by anyone. Numbers may be a moment old, never torn.
/// </summary>
internal sealed class ConnectionRecord(long id, string endpoint, string protocol, NetAddress local, NetAddress remote, EndpointCounters counters)
{
    private long _bytesIn;
    private long _bytesOut;
    private long _messagesIn;
    private long _messagesOut;
    private long _droppedMessages;
    private long _droppedBytes;
    private int _subscriptions;
    private long _activeAt = Environment.TickCount64;

    public long Id => id;

    public string Endpoint => endpoint;

    public string Protocol => protocol;

    public NetAddress Local => local;

    public NetAddress Remote => remote;

    public Sock.PeerCredentials? Credentials { get; init; }

    /// <summary>Of an endpoint that moves: number of the grant by which it was here when this began.</summary>
    public string? Epoch { get; init; }

    public DateTimeOffset Since { get; } = DateTimeOffset.UtcNow;

    /// <summary>Whose face this is.</summary>
    public ActorPath? Actor { get; set; }

    public string ActorPath => Actor?.ToStringWithoutAddress() ?? "";

    /// <summary>Of a proxied connection: the number of its other half; null while there is none.</summary>
    public long? OtherHalf { get; set; }

    /// <summary>It is the half that was dialled.</summary>
    public bool IsDialled { get; init; }

    /// <summary>What the client calls itself.</summary>
    public string? ClientName { get; set; }

    /// <summary>The same in its parts, of clients that say them.</summary>
    public ClientIdentity? Identity { get; set; }

    public Outlet? Outlet { get; set; }

    public ConnectionState State { get; set; }

    /// <summary>Is shown what is left out.</summary>
    public IDropWitness? Witness { get; set; }

    /// <summary>Null: in clear.</summary>
    public TlsInfo? Tls { get; set; }

    /// <summary>Of a dialled one: the peer asked for so much time before it is dialled again; null: it did not.</summary>
    public TimeSpan? RedialAfter { get; set; }

    public CloseReason? CloseReason { get; set; }

    public int Errno { get; set; }

    /// <summary>More of the reason, where there is more to say.</summary>
    public string? CloseText { get; set; }

    public DateTimeOffset? ClosedAt { get; set; }

    /// <summary>Since bytes came or messages went.</summary>
    public TimeSpan Idle => TimeSpan.FromMilliseconds(Environment.TickCount64 - Volatile.Read(ref _activeAt));

    public long BytesIn => Volatile.Read(ref _bytesIn);

    public long BytesOut => Volatile.Read(ref _bytesOut);

    public long MessagesIn => Volatile.Read(ref _messagesIn);

    public long MessagesOut => Volatile.Read(ref _messagesOut);

    /// <summary>Left out because the peer was too slow.</summary>
    public long DroppedMessages => Interlocked.Read(ref _droppedMessages);

    public long DroppedBytes => Interlocked.Read(ref _droppedBytes);

    /// <summary>What a message left out lately was about; null when unknown.</summary>
    public byte[]? LastDropped { get; private set; }

    public int Subscriptions
    {
        get => Volatile.Read(ref _subscriptions);
        set => Volatile.Write(ref _subscriptions, value);
    }

    /// <summary>From any thread: it is the sources that find no room.</summary>
    public void CountDropped(Delivery delivery, string policy)
    {
        Witness?.OnDropped(delivery, this, policy);
        CountDropped(delivery.Messages, delivery.Bytes, delivery.About);
    }

    /// <inheritdoc cref="CountDropped(Delivery, string)"/>
    public void CountDropped(int messages, long bytes, byte[]? about)
    {
        counters.CountDropped(messages);
        Interlocked.Add(ref _droppedMessages, messages);
        Interlocked.Add(ref _droppedBytes, bytes);
        LastDropped = about ?? LastDropped;
    }

    public void CountIn(int bytes)
    {
        counters.CountIn(bytes); // the endpoint has never counted less than its connections
        Volatile.Write(ref _bytesIn, _bytesIn + bytes);
        Volatile.Write(ref _activeAt, Environment.TickCount64);
    }

    public void CountOut(int bytes, int messages)
    {
        counters.CountOut(bytes, messages);
        Volatile.Write(ref _bytesOut, _bytesOut + bytes);
        Volatile.Write(ref _messagesOut, _messagesOut + messages);
        if (messages > 0)
            Volatile.Write(ref _activeAt, Environment.TickCount64);
    }

    public void CountMessagesIn(int messages)
    {
        counters.CountMessagesIn(messages);
        Volatile.Write(ref _messagesIn, _messagesIn + messages);
    }
}

/// <summary>Who a client says it is: its own name, its library's language and version.</summary>
internal sealed record ClientIdentity(string? Name, string? Language, string? Version);

/// <summary>Totals of one endpoint over all its connections, past ones included.</summary>
internal sealed class EndpointCounters
{
    private long _bytesIn;
    private long _bytesOut;
    private long _messagesIn;
    private long _messagesOut;
    private long _accepted;
    private long _dropped;
    private int _open;
    private EndpointCounters? _dialled;

    /// <summary>Of those that were dialled for accepted ones, apart from these.</summary>
    public EndpointCounters Dialled => LazyInitializer.EnsureInitialized(ref _dialled);

    public long BytesIn => Interlocked.Read(ref _bytesIn);

    public long BytesOut => Interlocked.Read(ref _bytesOut);

    public long MessagesIn => Interlocked.Read(ref _messagesIn);

    public long MessagesOut => Interlocked.Read(ref _messagesOut);

    /// <summary>Messages and datagrams that this endpoint could not send and had to leave out.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    public long Accepted => Interlocked.Read(ref _accepted);

    public int Open => Volatile.Read(ref _open);

    public void CountIn(int bytes) => Interlocked.Add(ref _bytesIn, bytes);

    public void CountMessagesIn(int messages) => Interlocked.Add(ref _messagesIn, messages);

    public void CountDropped(int messages) => Interlocked.Add(ref _dropped, messages);

    public void CountOut(int bytes, int messages)
    {
        Interlocked.Add(ref _bytesOut, bytes);
        Interlocked.Add(ref _messagesOut, messages);
    }

    public void Opened()
    {
        Interlocked.Increment(ref _accepted);
        Interlocked.Increment(ref _open);
    }

    public void Closed() => Interlocked.Decrement(ref _open);
}

/// <summary>All connections of the node: the open ones, and the newest closed ones with their reasons.</summary>
internal sealed class ConnectionTable(int closedHistory)
{
    private readonly ConcurrentDictionary<long, ConnectionRecord> _open = new();
    private readonly ConcurrentQueue<ConnectionRecord> _closed = new();
    private readonly ConcurrentDictionary<CloseReason, long> _endings = new();
    private long _lastId;

    public int OpenCount => _open.Count;

    public IEnumerable<ConnectionRecord> Open => _open.Values;

    public IEnumerable<ConnectionRecord> Closed => _closed;

    /// <summary>How many connections ended for each reason since the start.</summary>
    public IEnumerable<KeyValuePair<CloseReason, long>> Endings => _endings;

    /// <summary>Numbers are counted for the life of the process and never used again.</summary>
    public long NextId() => Interlocked.Increment(ref _lastId);

    public ConnectionRecord? Find(long id) =>
        _open.TryGetValue(id, out var record) ? record : _closed.FirstOrDefault(closed => closed.Id == id);

    public void Add(ConnectionRecord record) => _open[record.Id] = record;

    public void Remove(ConnectionRecord record, CloseReason reason, int errno)
    {
        record.CloseReason = reason;
        record.Errno = errno;
        record.ClosedAt = DateTimeOffset.UtcNow;
        record.State = ConnectionState.Closed;
        record.Outlet = null;
        if (!_open.ContainsKey(record.Id))
            return;
        _endings.AddOrUpdate(reason, 1, (_, count) => count + 1);
        if (closedHistory > 0)
            _closed.Enqueue(record);
        while (_closed.Count > closedHistory && _closed.TryDequeue(out _))
        {
        }

        _open.TryRemove(record.Id, out _); // last: whoever finds it here no more finds it among the closed
    }
}
