using System.Net;

namespace Anode.Sockets;

/// <summary>
/// What a datagram from an address without a session means. Called on the turn of the sessions' supervisor; a protocol object serves
/// one endpoint.
/// </summary>
internal interface IDatagramProtocol
{
    /// <summary>The bytes are valid during the call; keep a range by retaining the slab.</summary>
    void OnDatagram(IDatagramHost host, Slab slab, ReceivedDatagram datagram);

    /// <summary>All datagrams of one read have been seen: send on what they were for.</summary>
    void OnBatchEnd();
}

/// <summary>What a datagram protocol may do with its endpoint.</summary>
internal interface IDatagramHost
{
    /// <summary>The socket's own address.</summary>
    Anode.Messages.NetAddress? Local { get; }

    EndpointCounters Counters { get; }

    /// <summary>Sends one datagram without a session.</summary>
    void Reply(ReadOnlySpan<byte> bytes, EndPoint to);

    /// <summary>From now on this address has a session of its own, which gets this datagram as its first. False: no room.</summary>
    bool OpenSession(EndPoint address, IConnectionProtocol protocol, Slab slab, ReceivedDatagram first);
}
