using System.Diagnostics;

namespace Anode.Faults;

/// <summary>What one fault does in one direction of one connection: pieces come, and go on to the next with <see cref="Pass"/>, or not.</summary>
internal abstract class Stage(StageContext context)
{
    public ActiveFault Fault => context.Fault;

    /// <summary>Where pieces go from here.</summary>
    public Action<Piece> Next { get; set; } = static _ => { };

    /// <summary>It has to do with whole frames.</summary>
    public virtual bool WantsFrames => false;

    protected StageContext Context => context;

    protected Dice Dice => context.Dice;

    protected FaultTally Tally => context.Fault.Tally;

    public abstract void On(in Piece piece);

    /// <summary>The fault has ended, or the connection has: what is kept here goes on.</summary>
    public virtual void End()
    {
    }

    protected void Pass(in Piece piece) => Next(piece);

    /// <summary>It leaves later than it came, and is so counted.</summary>
    protected void PassAt(in Piece piece, long at)
    {
        Tally.CountDelayed();
        Next(at > piece.At ? piece with { At = at, DelayedBy = Fault } : piece);
    }

    protected static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);
}

/// <summary>What a stage has to do with.</summary>
internal sealed record StageContext(ActiveFault Fault, Dice Dice, IPipe Pipe);

/// <summary>A pipe, as its stages see it; on the turn of the connection's actor.</summary>
internal interface IPipe
{
    /// <summary>Datagrams go through it: each piece is one, and what is lost is lost.</summary>
    bool IsDatagram { get; }

    /// <summary>Runs it later on the same turn as everything else; not at all once the pipe is gone.</summary>
    void After(TimeSpan delay, Action action);

    /// <summary>A piece that goes no further.</summary>
    void Lose(in Piece piece, ActiveFault fault);

    /// <summary>What is due leaves.</summary>
    void Run();

    void Close();

    void Reset();
}
