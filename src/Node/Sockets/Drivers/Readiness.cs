using System.Net.Sockets;
using Akka.Actor;

namespace Anode.Sockets;

/// <summary>What a socket has become ready for.</summary>
[Flags]
internal enum Ready
{
    None = 0,
    ToRead = 1,
    ToWrite = 2,
}

/// <summary>
/// Tells the owner of one socket when reading or writing is worth another try. The message is this object itself, so
/// waiting allocates nothing; the owner asks <see cref="Take"/> what it says.
/// </summary>
/// <remarks>
/// <para>Reading and writing themselves are non-blocking calls on the owner's turn under every driver. A driver differs only in how it
/// learns that the kernel has more, and in where the owner runs.</para>
/// <para>No kernel and no runtime ever holds memory of the owner's through this: what is awaited is an event. So an owner that ends
/// may let go of all its buffers at once.</para>
/// </remarks>
internal abstract class Readiness : IReapable, IDisposable
{
    /// <summary>Watched by the loop that the calling owner runs on; by the runtime, for an owner that runs anywhere else.</summary>
    /// <remarks>The owner disposes of it before it closes the socket.</remarks>
    public static Readiness Of(Socket socket, IActorRef owner)
    {
        socket.Blocking = false;
        return LoopThread.Current is { } loop ? loop.Watch(socket, owner) : new ManagedReadiness(socket, owner);
    }

    /// <summary>What went wrong with waiting to read; 0 for nothing. The read that follows would not tell, because it was told already.</summary>
    public virtual int ReadErrno => 0;

    /// <summary>A read of <paramref name="asked"/> bytes (or datagrams) got <paramref name="count"/>, 0 where it found nothing.</summary>
    /// <returns>True: that was all there was, and the next read is worth <see cref="AwaitRead">waiting</see> for.</returns>
    public abstract bool IsEmptied(int count, int asked);

    /// <returns>True: read now. False: the message will come.</returns>
    public abstract bool AwaitRead();

    /// <summary>The kernel takes no more at the moment.</summary>
    /// <param name="next">The byte of a stream that is to be sent next; a driver may send it along with the question.</param>
    /// <returns>True: go on at once. False: the message will come. In both cases <see cref="TakeSent"/> says what became of the byte.</returns>
    public abstract bool AwaitWrite(byte next);

    /// <summary>How many of the bytes given to <see cref="AwaitWrite"/> were sent: 0 or 1.</summary>
    public virtual int TakeSent(out int errno)
    {
        errno = 0;
        return 0;
    }

    /// <summary>On the owner's turn, once for each message.</summary>
    public abstract Ready Take();

    public abstract void Dispose();
}
