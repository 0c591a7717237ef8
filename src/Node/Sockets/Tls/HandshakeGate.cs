using Akka.Actor;

namespace Anode.Sockets;

/// <summary>Bounds how many peers shake hands at a time: a handshake is the costliest thing a stranger can ask for.</summary>
/// <remarks>Who finds no place waits in line, and its deadline runs; the line is as long as there are connections.</remarks>
internal sealed class HandshakeGate(int places)
{
    private readonly Lock _gate = new();
    private readonly Queue<Ticket> _line = new();
    private int _taken;

    public int UnderWay
    {
        get
        {
            lock (_gate)
                return _taken;
        }
    }

    /// <summary>A place, or one in the line: then <paramref name="owner"/> is told the ticket itself once it has its place.</summary>
    public Ticket Enter(IActorRef owner)
    {
        var ticket = new Ticket(this, owner);
        lock (_gate)
        {
            if (_taken < places)
            {
                _taken++;
                ticket.State = TicketState.Admitted;
            }
            else
            {
                _line.Enqueue(ticket);
            }
        }

        return ticket;
    }

    private void Leave(Ticket ticket)
    {
        Ticket? next = null;
        lock (_gate)
        {
            var had = ticket.State == TicketState.Admitted;
            ticket.State = TicketState.Left;
            if (!had)
                return; // found as such when its turn in the line comes
            while (_line.TryDequeue(out next) && next.State != TicketState.Waiting)
            {
            }

            if (next is null || next.State != TicketState.Waiting)
                _taken--;
            else
                next.State = TicketState.Admitted;
        }

        if (next is { State: TicketState.Admitted })
            next.Tell();
    }

    internal enum TicketState
    {
        Waiting,
        Admitted,
        Left,
    }

    /// <summary>One connection's place. Its owner disposes of it, however it ends; a message that comes too late carries nothing.</summary>
    internal sealed class Ticket(HandshakeGate gate, IActorRef owner) : IReapable, IDisposable
    {
        private volatile TicketState _state;

        public bool IsAdmitted => _state == TicketState.Admitted;

        internal TicketState State
        {
            get => _state;
            set => _state = value;
        }

        internal void Tell() => owner.Tell(this, ActorRefs.NoSender);

        public void Dispose() => gate.Leave(this);
    }
}
