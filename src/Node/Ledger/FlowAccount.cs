namespace Anode.Ledger;

/// <summary>What one node knows of one epoch of one flow: what came, in which order, and where it went. Any thread.</summary>
/// <remarks>Normally one source brings all of a flow's messages, so the lock is nearly always free; a run of messages costs it once.</remarks>
internal sealed class FlowAccount(uint flow, uint epoch)
{
    // How far back a number is known to have been seen. What comes later than that counts as late, not as a copy.
    private const int WindowBits = 1 << 16;

    private readonly Lock _gate = new();
    private readonly ulong[] _seen = new ulong[WindowBits / 64];
    private long _top = -1; // the highest number seen
    private long _first = -1;
    private FlowFigures _figures;

    public uint Flow => flow;

    public uint Epoch => epoch;

    /// <param name="sequence">Of the first.</param>
    /// <param name="count">Numbers that follow one another.</param>
    /// <param name="fromLink">From another node; otherwise from a client of this one.</param>
    /// <param name="subscribers">Of this node that each was queued for.</param>
    /// <param name="links">That each was sent on by.</param>
    public void Take(long sequence, int count, bool fromLink, int subscribers, int links)
    {
        lock (_gate)
        {
            _figures.FromClients += fromLink ? 0 : count;
            _figures.FromLinks += fromLink ? count : 0;
            _figures.Queued += (long)count * subscribers;
            _figures.SentOn += (long)count * links;
            _figures.Unheard += subscribers + links == 0 ? count : 0;
            if (_first < 0)
                (_first, _top) = (sequence, sequence - 1);
            for (var number = sequence; number < sequence + count; number++)
                See(number);
        }
    }

    public FlowFigures Figures()
    {
        lock (_gate)
            return _figures with { First = _first, Last = _top, Missing = _first < 0 ? 0 : _top + 1 - _first - _figures.Distinct };
    }

    /// <summary>Runs of numbers between the first and the last that never came, the newest last; only as far back as the window goes.</summary>
    public IReadOnlyList<(long From, long To)> Gaps(int most)
    {
        lock (_gate)
        {
            var gaps = new List<(long From, long To)>();
            if (_first < 0 || _top + 1 - _first == _figures.Distinct)
                return gaps;
            for (var number = Math.Max(_first, _top - WindowBits + 1); number < _top; number++)
            {
                if (Has(number))
                    continue;
                if (gaps.Count > 0 && gaps[^1].To == number - 1)
                    gaps[^1] = (gaps[^1].From, number);
                else
                    gaps.Add((number, number));
            }

            return gaps.Count <= most ? gaps : gaps[^most..];
        }
    }

    private void See(long number)
    {
        if (number > _top)
        {
            // What falls out of the window makes room.
            if (number - _top >= WindowBits)
                Array.Clear(_seen);
            else
                for (var freed = _top + 1; freed < number; freed++)
                    Clear(freed);
            _top = number;
            Set(number);
            _figures.Distinct++;
            return;
        }

        var late = _top - number;
        if (late < WindowBits && Has(number) && number >= _first)
        {
            _figures.Copies++;
            return;
        }

        _first = Math.Min(_first, number);
        _figures.Distinct++;
        _figures.OutOfOrder++;
        _figures.FarthestBack = Math.Max(_figures.FarthestBack, late);
        if (late < WindowBits)
            Set(number);
    }

    private bool Has(long number) => (_seen[(number / 64) % _seen.Length] & (1UL << (int)(number % 64))) != 0;

    private void Set(long number) => _seen[(number / 64) % _seen.Length] |= 1UL << (int)(number % 64);

    private void Clear(long number) => _seen[(number / 64) % _seen.Length] &= ~(1UL << (int)(number % 64));
}

/// <summary>Counts of messages; <see cref="Queued"/> and <see cref="SentOn"/> of copies.</summary>
internal record struct FlowFigures
{
    public long FromClients { get; set; }

    public long FromLinks { get; set; }

    /// <summary>Different numbers.</summary>
    public long Distinct { get; set; }

    /// <summary>Came again.</summary>
    public long Copies { get; set; }

    /// <summary>Came behind a higher number.</summary>
    public long OutOfOrder { get; set; }

    /// <summary>By how much at most.</summary>
    public long FarthestBack { get; set; }

    /// <summary>For subscribers of this node.</summary>
    public long Queued { get; set; }

    /// <summary>To other nodes.</summary>
    public long SentOn { get; set; }

    /// <summary>Nobody was subscribed.</summary>
    public long Unheard { get; set; }

    public long First { get; set; }

    public long Last { get; set; }

    /// <summary>Between the first and the last, never seen here.</summary>
    public long Missing { get; set; }
}
