using System.Net.Security;
using System.Net.Sockets;

namespace Anode.Sockets;

/// <summary>
/// TLS between one socket and its reader and writer; part of the actor that owns the socket, and like it without any loop of its own. What
/// the socket has is decrypted, and what the writer gives is encrypted, in non-blocking steps on the owner's turn.
/// </summary>
/// <remarks>
/// Memory: encrypted bytes on their way in (at most 64 KiB, and none while idle) and out (at most 128 KiB, and none while idle), both from
/// the node's pool, beside what the library keeps for a connection.
/// </remarks>
internal sealed class TlsLayer : IDisposable
{
    private const int MostPlainBytes = 120 * 1024;
    private const int FewPlainBytes = 2 * 1024;
    private const int RecordBytes = 16 * 1024;
    private const int OverheadBytes = 64;

    private readonly Socket _socket;
    private readonly Readiness _readiness;
    private readonly TlsTerms _terms;
    private readonly TlsVerdict _verdict;
    private readonly CipherPipe _pipe;
    private readonly SslStream _stream;
    private ValueTask<int> _look;
    private Task? _handshake;
    private bool _looking;
    private bool _maybeMore = true;
    private bool _emptied;
    private bool _ended;
    private bool _saidGoodbye;

    public TlsLayer(Socket socket, Readiness readiness, SlabPool pool, TlsTerms terms)
    {
        (_socket, _readiness, _terms) = (socket, readiness, terms);
        _verdict = new TlsVerdict(terms);
        _pipe = new CipherPipe(pool);
        _stream = new SslStream(_pipe, leaveInnerStreamOpen: true);
    }

    /// <summary>Why it broke, as a sentence; null: it did not.</summary>
    public string? Failure { get; private set; }

    /// <summary>One end has refused the other's certificate: people have to change something, and time alone will not.</summary>
    public bool WasRefused => _verdict.Refusal is not null || (Failure is { } failure && TlsErrors.IsRefusal(failure));

    public bool Listens => _terms.Listens;

    public bool IsSecured => _handshake is { IsCompletedSuccessfully: true };

    /// <summary>The peer said that nothing more would come, before the connection ended: nothing was cut off.</summary>
    public bool EndedCleanly => _ended && !_pipe.SaidEnd;

    /// <summary>The peer has sent something; before the first byte there is nothing to begin with.</summary>
    public bool WasSpokenTo { get; private set; }

    /// <summary>There is nothing to decrypt, and the socket was emptied: the next read is worth waiting for. Not so at the end: nobody tells of that twice.</summary>
    public bool IsDrained => !_maybeMore && !_pipe.HasInput && _emptied && !_ended;

    public TlsInfo Info => TlsInfo.Of(_stream);

    /// <summary>Begins the handshake; who dials has something to send then.</summary>
    public void Begin()
    {
        _handshake = _terms.Listens
            ? _stream.AuthenticateAsServerAsync(_terms.ForServer(_verdict))
            : _stream.AuthenticateAsClientAsync(_terms.ForClient(_verdict));
        OnStep();
    }

    /// <summary>Reads on with the handshake. EAGAIN: it waits for the socket.</summary>
    /// <returns>0 when it is over (see <see cref="Failure"/>), or the errno that stands in its way.</returns>
    public int Shake()
    {
        _emptied = false;
        while (!_handshake!.IsCompleted)
        {
            if (!_pipe.HasInput && !_pipe.IsForeign && Fill() is var errno and not 0)
                return errno;
            if (_pipe.IsForeign)
            {
                // The library would wait for more of it.
                Failure = TlsErrors.NotTls;
                return 0;
            }

            _pipe.Feed();
            OnStep();
        }

        return 0;
    }

    /// <summary>Reads until there is something for the handshake to begin with. EAGAIN: nothing yet.</summary>
    public int Listen()
    {
        _emptied = false;
        return Fill();
    }

    /// <summary>Decrypted bytes, as a non-blocking receive would give them: EAGAIN when there are none, 0 bytes without errno at the end.</summary>
    public int Receive(byte[] buffer, int offset, int length, out int errno)
    {
        errno = 0;
        var got = 0;
        _emptied = false;
        try
        {
            while (got < length && !_ended)
            {
                if (!HasPlain(out errno))
                    break;
                var read = _stream.ReadAsync(buffer.AsMemory(offset + got, length - got));
                if (!read.IsCompleted)
                    throw new InvalidOperationException("TLS waits for what it said it had");
                var count = read.GetAwaiter().GetResult();
                got += count;
                _ended = count == 0;
            }
        }
        catch (Exception e) when (IsTrouble(e))
        {
            errno = Fail(e);
        }

        _maybeMore = got == length;
        if (!_maybeMore)
            _pipe.Rest();
        if (got > 0)
            errno = errno is SocketErrors.EAGAIN ? 0 : errno;
        return got;
    }

    /// <summary>Encrypts from the front of the list as much as may wait for the socket at a time.</summary>
    /// <returns>How many bytes were taken.</returns>
    public int Encrypt(List<ArraySegment<byte>> plain, out int errno)
    {
        errno = 0;
        var taken = 0;
        try
        {
            var most = Reserve(plain);
            foreach (var range in plain)
            {
                var take = Math.Min(range.Count, most - taken);
                if (take > 0)
                    Finished(_stream.WriteAsync(range.AsMemory(0, take)));
                taken += take;
                if (take < range.Count)
                    break;
            }
        }
        catch (Exception e) when (IsTrouble(e))
        {
            errno = Fail(e);
        }

        return taken;
    }

    /// <summary>Says that nothing more will follow; what that takes goes out with <see cref="TryFlush"/>.</summary>
    public void SayGoodbye()
    {
        if (_saidGoodbye || !IsSecured || Failure is not null)
            return;
        _saidGoodbye = true;
        try
        {
            Finished(new ValueTask(_stream.ShutdownAsync()));
        }
        catch (Exception e) when (IsTrouble(e))
        {
            Fail(e);
        }
    }

    /// <returns>0: all that is encrypted is with the kernel. EAGAIN: it takes no more.</returns>
    public int TryFlush()
    {
        while (!_pipe.Output.IsEmpty)
        {
            int count;
            SocketError error;
            try
            {
                count = _socket.Send(_pipe.Output, SocketFlags.None, out error);
            }
            catch (ObjectDisposedException e)
            {
                return SocketErrors.ErrnoOf(e);
            }

            if (error == SocketError.WouldBlock)
                return SocketErrors.EAGAIN;
            if (error != SocketError.Success)
                return SocketErrors.ErrnoOf(error);
            _pipe.Went(count);
        }

        return 0;
    }

    /// <returns>True: go on at once. False: the message will come. See <see cref="Readiness.AwaitWrite"/>.</returns>
    public bool AwaitWrite() => _readiness.AwaitWrite(_pipe.Output[0]);

    /// <summary>Bytes that the wait itself has sent.</summary>
    public void Went(int count)
    {
        if (count > 0)
            _pipe.Went(count);
    }

    public void Dispose()
    {
        // Whatever the stream still waits for, it hears the end of it; then nothing is left of it but to be collected.
        _pipe.End();
        _pipe.Feed();
        _ = _handshake?.Exception;
        _stream.Dispose();
        _pipe.Dispose();
    }

    /// <summary>
    /// Whether a read would get something. It looks with reads of no bytes: one that had to ask for encrypted bytes has found nothing and may
    /// have changed that, one that had not has found something (or the end), so that the read behind it cannot wait, holding a buffer.
    /// </summary>
    private bool HasPlain(out int errno)
    {
        errno = 0;
        while (true)
        {
            if (!_pipe.HasInput && (_looking || !_maybeMore) && (errno = Fill()) != 0)
                return false;
            if (_looking)
            {
                _pipe.Feed();
            }
            else
            {
                (_looking, _pipe.WasAsked) = (true, false);
                _look = _stream.ReadAsync(Memory<byte>.Empty);
            }

            if (_look.IsCompleted)
            {
                _looking = false;
                _look.GetAwaiter().GetResult();
                if (!_pipe.WasAsked)
                    return true;
                // What it asked for may have been a record without a byte for us; the next look tells.
                _maybeMore = true;
            }
            else if (!_pipe.IsReading)
            {
                throw new InvalidOperationException("TLS went on elsewhere than on its owner's turn");
            }
            else
            {
                _maybeMore = false;
            }
        }
    }

    /// <summary>Reads from the socket until there is something to decrypt.</summary>
    private int Fill()
    {
        while (!_emptied)
        {
            var room = _pipe.Room();
            if (room.IsEmpty)
                return SocketErrors.ENOBUFS;
            int count;
            SocketError error;
            try
            {
                count = _socket.Receive(room, SocketFlags.None, out error);
            }
            catch (ObjectDisposedException e)
            {
                return SocketErrors.ErrnoOf(e);
            }

            if (error == SocketError.WouldBlock)
            {
                _emptied = _readiness.IsEmptied(0, room.Length);
                continue;
            }

            if (error != SocketError.Success)
                return SocketErrors.ErrnoOf(error);
            if (count == 0)
            {
                _pipe.End();
                return 0;
            }

            WasSpokenTo = true;
            _emptied = _readiness.IsEmptied(count, room.Length);
            _pipe.Came(count);
            if (_pipe.HasInput)
                return 0;
        }

        _pipe.Rest();
        return SocketErrors.EAGAIN;
    }

    private int Reserve(List<ArraySegment<byte>> plain)
    {
        var (bytes, ranges) = (0, 0);
        foreach (var range in plain)
        {
            bytes = Math.Min(bytes + range.Count, MostPlainBytes);
            ranges++;
            if (bytes == MostPlainBytes)
                break;
        }

        return _pipe.Reserve(bytes + (((bytes / RecordBytes) + ranges) * OverheadBytes)) ? MostPlainBytes : FewPlainBytes;
    }

    private void OnStep()
    {
        if (_handshake!.IsFaulted || _handshake.IsCanceled)
            Failure = _verdict.Refusal ?? (_pipe.SaidEnd ? "the peer ended the connection within the handshake" : TlsErrors.TextOf(_handshake.Exception!.InnerException!));
        else if (!_handshake.IsCompleted && !_pipe.IsReading)
            throw new InvalidOperationException("TLS went on elsewhere than on its owner's turn");
    }

    private int Fail(Exception e)
    {
        Failure ??= TlsErrors.TextOf(e);
        return SocketErrors.EPROTO;
    }

    /// <summary>Writing never waits, so it is over when it returns.</summary>
    private static void Finished(ValueTask write)
    {
        if (!write.IsCompleted)
            throw new InvalidOperationException("TLS waits to write into memory");
        write.GetAwaiter().GetResult();
    }

    private static bool IsTrouble(Exception e) =>
        e is IOException or System.Security.Authentication.AuthenticationException or System.ComponentModel.Win32Exception or System.Security.Cryptography.CryptographicException;
}
