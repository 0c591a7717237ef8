using System.Net.Sockets;
using Akka.Actor;

namespace Anode.Sockets;

/// <summary>What the accept loop needs of its owner; called on the owner's turn only.</summary>
internal interface IAcceptHost
{
    /// <summary>How many connections may still be taken; 0 pauses until <see cref="AcceptLoop.Pump"/> is called again.</summary>
    long AcceptCredit { get; }

    /// <summary>Takes over the socket.</summary>
    void OnAccepted(Socket socket);

    /// <summary>Asked before each connection is taken.</summary>
    AcceptFault FaultOnAccept => default;

    /// <summary>Descriptors or memory are short; accepting goes on by itself after <paramref name="pause"/>.</summary>
    void OnShortage(int errno, TimeSpan pause);

    /// <summary>The listening socket is no use any more.</summary>
    void OnSocketDead(int errno);
}

/// <summary>
/// Accepts on a listening socket: one accept in flight, a bounded share of a turn, errors by the three tiers of
/// <see cref="SocketErrors.OnAccept"/>. Without credit nothing is accepted: the kernel's backlog fills, and nobody is refused.
/// </summary>
/// <remarks>
/// On a loop it is the loop that says when somebody waits, and an accept is begun only then: it completes at once, on this turn, without the runtime's
/// engine and a thread of the pool in between. If who waited has gone in that instant, the runtime completes it later, as it does everywhere else.
/// </remarks>
internal sealed class AcceptLoop : IDisposable
{
    private const int AcceptsPerTurn = 64;

    private readonly Socket _socket;
    private readonly IActorContext _actor;
    private readonly IAcceptHost _host;
    private readonly SocketSettings _settings;
    private readonly SocketAsyncEventArgs _args = SocketEvents.Create();
    private readonly Readiness? _readiness;
    private readonly Completed _completed;
    private readonly Resume _resume;
    private bool _inFlight;
    private bool _waiting;
    private bool _ended;
    private Held? _held;
    private TimeSpan _pause;

    public AcceptLoop(Socket socket, IActorContext actor, IAcceptHost host, SocketSettings settings)
    {
        (_socket, _actor, _host, _settings) = (socket, actor, host, settings);
        _completed = new Completed(this);
        _resume = new Resume(this);
        var self = actor.Self;
        if (LoopThread.Current is not null)
            _readiness = Readiness.Of(socket, self);
        _args.Completed += (_, _) => self.Tell(_completed, ActorRefs.NoSender);
    }

    /// <summary>An accept has completed. If nobody is there to take it, the accepted socket is closed, not lost.</summary>
    public sealed class Completed(AcceptLoop loop) : IReapable
    {
        public AcceptLoop Loop => loop;

        public void Reap() => loop.EndFlight();
    }

    public sealed class Resume(AcceptLoop loop) : IReapable
    {
        public AcceptLoop Loop => loop;
    }

    /// <summary>An accept that a fault has made slow is done now.</summary>
    public sealed class Held(AcceptLoop loop, Socket socket, IAcceptHold hold) : IReapable
    {
        public AcceptLoop Loop => loop;

        public Socket Socket => socket;

        public IAcceptHold Hold => hold;

        public void Reap() => loop.Drop(this);
    }

    public void Pump()
    {
        for (var accepts = 0; !_inFlight && !_waiting && !_ended && _host.AcceptCredit > 0; accepts++)
        {
            if (accepts == AcceptsPerTurn)
            {
                _waiting = true;
                _actor.Self.Tell(_resume, ActorRefs.NoSender);
                return;
            }

            bool pending;
            try
            {
                if (_readiness is not null && !IsAnybodyWaiting(_readiness))
                    return;
                _args.AcceptSocket = null;
                _inFlight = true;
                pending = _socket.AcceptAsync(_args);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                _inFlight = false;
                OnError(SocketErrors.ErrnoOf(e));
                continue;
            }

            if (pending)
                return;
            Complete();
        }
    }

    public void On(Completed completed)
    {
        if (!_inFlight)
            return;
        Complete();
        Pump();
    }

    /// <summary>The loop says that somebody waits.</summary>
    public void On(Readiness readiness)
    {
        readiness.Take();
        Pump();
    }

    public void On(Resume resume)
    {
        _waiting = false;
        if (_pause != TimeSpan.Zero && !Descriptors.HasRoom())
            Pause(SocketErrors.EMFILE);
        else
            Pump();
    }

    public void On(Held held)
    {
        if (_held != held || _ended)
            return;
        (_held, _waiting) = (null, false);
        held.Hold.Done();
        Accept(held.Socket);
        Pump();
    }

    public void Dispose()
    {
        _ended = true;
        _readiness?.Dispose();
        if (_held is { } held)
            Drop(held);
        if (!_inFlight)
            _args.Dispose();
    }

    /// <summary>False: nobody, and the message will come.</summary>
    private bool IsAnybodyWaiting(Readiness readiness)
    {
        do
        {
            if (_socket.Poll(0, SelectMode.SelectRead))
                return true;
            readiness.IsEmptied(0, 1);
        }
        while (readiness.AwaitRead());
        return false;
    }

    private void Complete()
    {
        _inFlight = false;
        var (error, accepted) = (_args.SocketError, _args.AcceptSocket);
        _args.AcceptSocket = null;
        if (error != SocketError.Success || accepted is null)
        {
            accepted?.Dispose();
            OnError(SocketErrors.ErrnoOf(error));
            return;
        }

        var fault = _host.FaultOnAccept;
        if (fault.Refused || fault.Errno != 0)
        {
            SocketFactory.Abort(accepted);
            if (fault.Errno != 0)
                OnError(fault.Errno);
            return;
        }

        if (fault.Hold is not { } hold)
        {
            Accept(accepted);
            return;
        }

        _waiting = true;
        _held = new Held(this, accepted, hold);
        hold.Begin(_actor.Self, _held);
    }

    private void Drop(Held held)
    {
        // Of a second message for the same accept the first has been heard.
        if (Interlocked.CompareExchange(ref _held, null, held) == held)
            held.Socket.Dispose();
    }

    private void Accept(Socket accepted)
    {
        var reserved = Descriptors.IsReserved(accepted);
        _host.OnAccepted(accepted);
        if (reserved)
            Pause(SocketErrors.EMFILE);
        else
            _pause = TimeSpan.Zero;
    }

    private void OnError(int errno)
    {
        switch (SocketErrors.OnAccept(errno))
        {
            case AcceptVerdict.PeersFault:
                break;
            case AcceptVerdict.Shortage:
                Pause(errno);
                break;
            default:
                _ended = true;
                _host.OnSocketDead(errno);
                break;
        }
    }

    private void Pause(int errno)
    {
        _pause = _pause == TimeSpan.Zero ? _settings.ShortageMin
            : TimeSpan.FromTicks(Math.Min(_pause.Ticks * 2, _settings.ShortageMax.Ticks));
        _waiting = true;
        _actor.System.Scheduler.ScheduleTellOnce(_pause, _actor.Self, _resume, ActorRefs.NoSender);
        _host.OnShortage(errno, _pause);
    }

    private void EndFlight()
    {
        _inFlight = false;
        _args.AcceptSocket?.Dispose();
        _args.Dispose();
    }
}
