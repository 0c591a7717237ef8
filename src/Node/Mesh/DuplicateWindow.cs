namespace Anode.Mesh;

/// <summary>
/// Which messages of one origin and lane have been seen: a bit for each of the newest numbers. The first copy wins, whichever way it came; what is older
/// than the window counts as seen.
/// </summary>
/// <remarks>
/// Any thread may ask: a message can come over two links at once while routes change. Normally one link brings all of an origin's, so the lock is
/// nearly always free. Messages that were not for this node leave holes, which cost nothing.
/// </remarks>
internal sealed class DuplicateWindow
{
    private const int WordBits = 64;

    private readonly Lock _gate = new();
    private readonly ulong[] _words;
    private readonly int _bits;
    private long _top; // one behind the highest number seen
    private bool _begun;

    private readonly byte[]? _notes;

    /// <param name="bits">A power of two of at least 64.</param>
    /// <param name="withNotes">Keeps a byte for each number.</param>
    public DuplicateWindow(int bits, bool withNotes = false)
    {
        _bits = bits;
        _words = new ulong[bits / WordBits];
        _notes = withNotes ? new byte[bits] : null;
    }

    /// <summary>Remembers for a number that was taken how many got it; at most 255.</summary>
    public void Note(long number, int receivers) => Volatile.Write(ref _notes![(int)(number % _bits)], (byte)Math.Min(receivers, byte.MaxValue));

    /// <summary>What was noted for it, if it is still in the window.</summary>
    public int NoteOf(long number) => Volatile.Read(ref _notes![(int)(number % _bits)]);

    /// <summary>True: this one is new, and now it is seen.</summary>
    public bool TryTake(long number) => TryTake(number, 1);

    /// <summary>Takes a run of numbers. True: all of them are new. False: at least one is not, and none has been taken.</summary>
    public bool TryTake(long first, int count)
    {
        lock (_gate)
        {
            if (!_begun)
                (_top, _begun) = (first, true);
            if (first >= _top)
            {
                Advance(first + count);
            }
            else
            {
                for (var number = first; number < first + count && number < _top; number++)
                {
                    if (number < _top - _bits || Has(number))
                        return false;
                }

                Advance(first + count);
            }

            for (var number = Math.Max(first, _top - _bits); number < first + count;)
                number += Set(number, first + count);
            return true;
        }
    }

    private bool Has(long number) => (_words[IndexOf(number)] & (1UL << (int)(number % WordBits))) != 0;

    private int IndexOf(long number) => (int)(number / WordBits % _words.Length);

    private int Set(long number, long end)
    {
        var bit = (int)(number % WordBits);
        var count = (int)Math.Min(WordBits - bit, end - number);
        _words[IndexOf(number)] |= (count == WordBits ? ulong.MaxValue : (1UL << count) - 1) << bit;
        return count;
    }

    /// <summary>Forgets what falls out of the window.</summary>
    private void Advance(long top)
    {
        if (top <= _top)
            return;
        if (top - _top >= _bits)
        {
            Array.Clear(_words);
        }
        else
        {
            for (var number = _top; number < top;)
            {
                var bit = (int)(number % WordBits);
                var count = (int)Math.Min(WordBits - bit, top - number);
                _words[IndexOf(number)] &= ~((count == WordBits ? ulong.MaxValue : (1UL << count) - 1) << bit);
                number += count;
            }
        }

        _top = top;
    }
}
