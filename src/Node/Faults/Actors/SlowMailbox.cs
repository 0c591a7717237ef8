namespace Anode.Faults;

/// <summary><c>slow-mailbox</c>: of every so many milliseconds the actor stands still for a part.</summary>
internal sealed record SlowMailbox(TimeSpan Pause, TimeSpan Every) : ActorShape
{
    public static SlowMailbox Read(FaultFields fields)
    {
        var slow = new SlowMailbox(fields.Duration("pause", TimeSpan.FromMilliseconds(50)), fields.Duration("every", TimeSpan.FromMilliseconds(100)));
        return slow.Pause > TimeSpan.Zero && slow.Pause < slow.Every ? slow : throw new FaultException("pause: it is longer than zero and shorter than every");
    }

    public override IUndo Begin(ActorFaultContext context)
    {
        var beat = new Beat(context, this);
        beat.Stand();
        return beat;
    }

    private sealed class Beat(ActorFaultContext context, SlowMailbox slow) : IUndo
    {
        private bool _stands;
        private bool _over;

        public void Stand()
        {
            if (_over)
                return;
            context.Fault.Tally.Hit();
            _stands = true;
            context.Actor.Suspend();
            context.After(slow.Pause, Go);
        }

        public void Undo()
        {
            _over = true;
            if (_stands)
                context.Actor.Resume();
        }

        private void Go()
        {
            if (_over)
                return;
            _stands = false;
            context.Actor.Resume();
            context.After(slow.Every - slow.Pause, Stand);
        }
    }
}
