using System.Collections.Concurrent;
using Anode.Messages;
using Anode.Sockets;
using Xunit;

namespace Anode.Tests.Sockets.Endpoints;

/// <summary>Every life of a protocol object, so that a test can ask whether each ended exactly once.</summary>
internal sealed class Lives
{
    private readonly ConcurrentDictionary<long, ConcurrentQueue<CloseReason>> _endings = new();
    private readonly ConcurrentQueue<long> _closedBefore = new();

    public int Opened => _endings.Count;

    public int Open => _endings.Count(life => life.Value.IsEmpty);

    public IEnumerable<CloseReason> Endings => _endings.Values.SelectMany(ending => ending);

    public void Begin(long id) => Assert.True(_endings.TryAdd(id, []), "a connection was opened twice");

    public void End(ConnectionRecord record, CloseReason reason)
    {
        if (record.State == ConnectionState.Closed)
            _closedBefore.Enqueue(record.Id);
        _endings[record.Id].Enqueue(reason);
    }

    /// <summary>And none was told to be closed while its protocol, and what the protocol holds, still stood.</summary>
    public void AssertEachEndedOnce()
    {
        Assert.All(_endings.Values, endings => Assert.Single(endings));
        Assert.Empty(_closedBefore);
    }
}

/// <summary>Sends back what it gets, range by range and uncopied.</summary>
internal sealed class EchoProtocol(Lives lives) : IConnectionProtocol
{
    /// <summary>A read that is just this makes the protocol throw.</summary>
    public static ReadOnlySpan<byte> Poison => "please fail now"u8;

    private IConnection _connection = null!;

    public void OnOpen(IConnection connection)
    {
        _connection = connection;
        lives.Begin(connection.Record.Id);
    }

    public int OnBytes(Slab slab, int offset, int length, out int needed)
    {
        needed = 0;
        Assert.True(lives.Open > 0, "bytes before OnOpen");
        if (slab.Buffer.AsSpan(offset, length).SequenceEqual(Poison))
            throw new InvalidDataException("poisoned");
        var delivery = Delivery.Rent();
        delivery.Append(slab, offset, length);
        _connection.TrySend(delivery);
        return length;
    }

    public void OnEnd(ReadOnlySpan<byte> rest) => _connection.Close(CloseReason.PeerClosed);

    public bool OnMessage(object message) => false;

    public void OnClosing(CloseReason reason, string? text)
    {
    }

    public void OnClosed(CloseReason reason, int errno) => lives.End(_connection.Record, reason);
}

/// <summary>«open» opens a session that echoes; anything else from a stranger is answered «stranger».</summary>
internal sealed class EchoDatagrams(Lives lives) : IDatagramProtocol
{
    public void OnDatagram(IDatagramHost host, Slab slab, ReceivedDatagram datagram)
    {
        var bytes = slab.Buffer.AsSpan(datagram.Offset, datagram.Length);
        if (bytes.SequenceEqual("open"u8))
            host.OpenSession(datagram.From, new EchoProtocol(lives), slab, datagram);
        else
            host.Reply("stranger"u8, datagram.From);
    }

    public void OnBatchEnd()
    {
    }
}
