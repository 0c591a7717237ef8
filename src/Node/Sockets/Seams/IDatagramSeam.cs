using Akka.Actor;

namespace Anode.Sockets;

/// <summary>Stands between a datagram socket and its sessions. On the owner's turn.</summary>
internal interface IDatagramSeam
{
    /// <summary>From the socket; taken over.</summary>
    void OnBatch(DatagramBatch batch);

    /// <summary>To the socket; taken over.</summary>
    void Send(OutgoingDatagrams outgoing);

    void Refresh();

    void Drop();
}

/// <summary>The owner of the socket, as a seam sees it.</summary>
internal interface IDatagramSeamHost
{
    IActorRef Self { get; }

    string Endpoint { get; }

    string Protocol { get; }

    void Deliver(DatagramBatch batch);

    void Write(OutgoingDatagrams outgoing);
}
