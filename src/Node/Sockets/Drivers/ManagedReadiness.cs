using System.Net.Sockets;
using Akka.Actor;

namespace Anode.Sockets;

/// <summary>Readiness by the runtime's own means, wherever it runs.</summary>
/// <remarks>
/// To read, it waits with a read of no bytes, or, where that would throw a datagram away, with a look at its first. To write, the runtime knows no such question: the only way to learn that the kernel takes more is to give
/// it something, so the next byte goes with it. What that needs is made when it is first needed, because most connections never fill their
/// socket's buffer.
/// </remarks>
internal sealed class ManagedReadiness(Socket socket, IActorRef owner) : Readiness
{
    private static readonly TimeSpan LongestPoll = TimeSpan.FromMilliseconds(50);

    private readonly bool _stream = socket.SocketType == SocketType.Stream;
    private Wait? _read;
    private Wait? _write;
    private int _ready;

    /// <remarks>What looking at a datagram has to say is for the read to find out: most of it is about something sent earlier.</remarks>
    public override int ReadErrno => _stream ? _read!.Errno : 0;

    /// <remarks>A wrong guess costs one call: the runtime completes a read of no bytes on any event, also one that came before it.</remarks>
    public override bool IsEmptied(int count, int asked) => count < asked;

    public override bool AwaitRead()
    {
        _read ??= new Wait(this, Ready.ToRead, _stream ? 0 : 1);
        return !_read.Begin(socket);
    }

    public override bool AwaitWrite(byte next)
    {
        if (!_stream)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static readiness => readiness.PollWrite(), this, preferLocal: false);
            return false;
        }

        _write ??= new Wait(this, Ready.ToWrite, 1);
        _write.Next = next;
        return !_write.Begin(socket);
    }

    public override int TakeSent(out int errno)
    {
        errno = _write!.Errno;
        return errno == 0 ? 1 : 0;
    }

    public override Ready Take() => (Ready)Interlocked.Exchange(ref _ready, 0);

    public override void Dispose()
    {
        _read?.Abandon();
        _write?.Abandon();
    }

    /// <summary>A datagram cannot be sent in part, so for once a thread waits; briefly, and seldom: a full socket of datagrams is a flooded device.</summary>
    private void PollWrite()
    {
        try
        {
            socket.Poll(LongestPoll, SelectMode.SelectWrite);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // the next try will tell
        }

        Tell(Ready.ToWrite);
    }

    private void Tell(Ready what)
    {
        if (Interlocked.Or(ref _ready, (int)what) == 0)
            owner.Tell(this, ActorRefs.NoSender);
    }

    /// <summary>One reusable operation. Whoever comes last, its completion or its owner's end, disposes of it.</summary>
    private sealed class Wait : SocketAsyncEventArgs
    {
        private const int Idle = 0, InFlight = 1, Abandoned = 2;

        private readonly ManagedReadiness _readiness;
        private readonly Ready _what;
        private int _state;

        public Wait(ManagedReadiness readiness, Ready what, int bytes)
            : base(true)
        {
            (_readiness, _what) = (readiness, what);
            if (bytes > 0)
                SetBuffer(new byte[bytes], 0, bytes);
        }

        public byte Next
        {
            set => Buffer![0] = value;
        }

        public int Errno { get; private set; }

        /// <returns>True when the completion will come as a message.</returns>
        public bool Begin(Socket socket)
        {
            if (_what == Ready.ToRead && Buffer is not null)
                SocketFlags = SocketFlags.Peek; // said anew each time: the last answer stands in its place
            Volatile.Write(ref _state, InFlight);
            try
            {
                if (_what == Ready.ToRead ? socket.ReceiveAsync(this) : socket.SendAsync(this))
                    return true;
                Errno = SocketErrors.ErrnoOf(SocketError);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                Errno = SocketErrors.ErrnoOf(e);
            }

            Volatile.Write(ref _state, Idle);
            return false;
        }

        public void Abandon()
        {
            if (Interlocked.Exchange(ref _state, Abandoned) != InFlight)
                Dispose();
        }

        protected override void OnCompleted(SocketAsyncEventArgs e)
        {
            Errno = SocketErrors.ErrnoOf(SocketError);
            if (Interlocked.CompareExchange(ref _state, Idle, InFlight) == InFlight)
                _readiness.Tell(_what);
            else
                Dispose();
        }
    }
}
