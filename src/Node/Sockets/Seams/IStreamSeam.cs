using Akka.Actor;
using Anode.Messages;

namespace Anode.Sockets;

/// <summary>Stands between a stream socket and its protocol and may keep, change or lose what passes. On the owner's turn.</summary>
internal interface IStreamSeam
{
    /// <summary>How many more bytes it may be given from the socket; 0: not now.</summary>
    long Room { get; }

    /// <summary>Nothing waits to be sent.</summary>
    bool IsSent { get; }

    /// <summary>In the way of single calls to the kernel; null: not.</summary>
    ISocketCalls? Calls { get; }

    /// <summary>From the socket; all of it is taken over.</summary>
    void OnBytes(ReadOnlySpan<byte> bytes);

    /// <summary>The peer has ended its stream; the protocol hears of it from <see cref="IStreamSeamHost.EndStream"/>.</summary>
    void OnEnd();

    /// <summary>The protocol takes bytes again.</summary>
    void OnRead();

    /// <summary>From the protocol, in order. It is passed on with <see cref="IStreamSeamHost.Write"/>, or lost.</summary>
    void Send(Delivery delivery);

    /// <summary>Whole frames from somebody else's turn, before the protocol sees them. True: taken over.</summary>
    bool OnPosted(Delivery delivery);

    /// <summary>All is sent and our own stream is to end. False: not now; <see cref="IStreamSeamHost.EndSending"/> comes.</summary>
    bool MayEndSending();

    /// <summary>Faults have changed, or the peer has said who it is.</summary>
    void Refresh();

    /// <summary>The connection has ended.</summary>
    void Drop();
}

/// <summary>The connection, as a seam sees it.</summary>
internal interface IStreamSeamHost
{
    IActorRef Self { get; }

    ConnectionRecord Record { get; }

    Outlet Outlet { get; }

    /// <summary>How frames are told apart in what the protocol reads and writes; null: it has none.</summary>
    IFrameCutter? Frames { get; }

    /// <summary>How many bytes the protocol takes now.</summary>
    long Allowance { get; }

    /// <summary>To the protocol; returns how many bytes it consumed.</summary>
    int Deliver(Slab slab, int offset, int length);

    void EndStream(ReadOnlySpan<byte> rest);

    /// <summary>There is room for more from the socket.</summary>
    void PumpReader();

    /// <summary>A send that was put off may be made.</summary>
    void PumpWriter();

    /// <summary>To the socket.</summary>
    void Write(Delivery delivery);

    /// <summary>To the protocol of this connection, as posted from elsewhere.</summary>
    void Repost(Delivery delivery);

    /// <summary>All held bytes are on their way: go on with what waited for that.</summary>
    void OnSeamSent();

    void EndSending();

    void Close(CloseReason reason, string? text = null);

    void Abort(CloseReason reason);
}

/// <summary>In the way of calls to the kernel.</summary>
internal interface ISocketCalls
{
    /// <param name="bytes">How many are asked for; may be made fewer, not zero.</param>
    /// <returns>The errno it fails with; 0: it goes on; <see cref="SocketCalls.NotNow"/>: it is put off.</returns>
    int OnReceive(ref int bytes);

    /// <inheritdoc cref="OnReceive"/>
    int OnSend(ref int bytes);
}

internal static class SocketCalls
{
    /// <summary>The call is to be tried again when <see cref="IStreamSeamHost.PumpReader"/> or <see cref="IStreamSeamHost.PumpWriter"/> is called.</summary>
    public const int NotNow = -1;
}

/// <summary>Tells where frames end in a stream. Pure.</summary>
internal interface IFrameCutter
{
    /// <summary>Length of the frame at the beginning; 0: it is not whole yet; below zero: there is no telling any more.</summary>
    /// <param name="bytes">From the beginning of a frame.</param>
    /// <param name="isMessage">It carries a message or its receipt. All others are the protocol's own affairs: without them there is no connection.</param>
    int LengthOf(ReadOnlySpan<byte> bytes, out bool isMessage);
}
