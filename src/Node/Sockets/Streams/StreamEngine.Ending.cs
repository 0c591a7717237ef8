using System.Net.Sockets;
using Anode.Messages;

namespace Anode.Sockets;

/// <summary>How a stream ends: the reason, what is still sent, FIN or RST, and the words that say so.</summary>
internal sealed partial class StreamEngine
{
    public void Close(CloseReason reason, string? text = null)
    {
        if (_phase != Phase.Open)
            return;
        _reason ??= reason;
        if (_handshake is not null)
        {
            Finish(); // no last words: in clear they must not be, and nobody could read them otherwise
            return;
        }

        _phase = Phase.Flushing;
        Record.State = ConnectionState.Closing;
        _protocol.OnClosing(reason, text);
        Outlet.Shut();
        if (_phase != Phase.Flushing)
            return;
        _deadline = After(_sockets.Settings.Linger, new Ticked(this, Tick.Deadline));
        if (IsSent)
            Linger();
    }

    public void Abort(CloseReason reason, int errno = 0)
    {
        if (_phase == Phase.Ended)
            return;
        _errno = _reason is null ? errno : _errno;
        _reason ??= reason;
        _aborted = true;
        Finish();
    }

    public void ShutdownSend()
    {
        _finWanted = true;
        if (IsSent)
            SendFin();
    }

    /// <summary>The actor failed: keep the reason for <see cref="Dispose"/>. Always false, so that it fits an exception filter.</summary>
    public bool MarkCrashed()
    {
        _reason ??= CloseReason.Crashed;
        return false;
    }

    /// <summary>From <c>PostStop</c>: closes the socket, returns the memory, tells the protocol.</summary>
    public void Dispose()
    {
        _phase = Phase.Ended;
        _stallCheck?.Cancel();
        _deadline?.Cancel();
        _endLater?.Cancel();
        _handshakeDeadline?.Cancel();
        _handshake?.Dispose();
        _readiness.Dispose();
        // What was not sent whole ends as a reset, and so do a crash and a stop from above: the peer must not take a torn stream for
        // a whole one.
        if (_aborted || _reason is null or CloseReason.Crashed || !IsSent)
            SocketFactory.Abort(_socket);
        else
            _socket.Dispose();
        _seam?.Drop();
        _reader.Dispose();
        _writer.Dispose();
        _tls?.Dispose();
        var reason = _reason ?? CloseReason.EndpointStopped;
        try
        {
            if (_opened)
                _protocol.OnClosed(reason, _errno);
        }
        finally
        {
            // Who is told that the connection is gone may rely on it: nothing is routed to it any more.
            _sockets.Connections.Remove(Record, reason, _errno);
            _actor.System.EventStream.Publish(new ConnectionEvents.Closed(Record));
        }
    }

    /// <summary>The first time the peer may be given a moment; the same message comes again when that is over.</summary>
    private void OnEnd(End end)
    {
        var grace = IsOpen && !_endAsked && _handshake is null ? _protocol.OnAskedToEnd(end.Reason) : TimeSpan.Zero;
        _endAsked = true;
        if (grace > TimeSpan.Zero)
            _endLater = After(grace, end);
        else
            Close(end.Reason, end.Text);
    }

    /// <summary>While lingering all is sent, and only the peer's FIN is not there yet; before that, something is lost.</summary>
    private void OnDeadline()
    {
        if (_phase == Phase.Flushing && _errno == 0)
            _errno = SocketErrors.ETIMEDOUT;
        Finish();
    }

    private void Fail(int errno)
    {
        if (_phase == Phase.Ended)
            return;
        _errno = _reason is null ? errno : _errno;
        if (_reason is null && _tls?.Failure is { } failure)
        {
            (_reason, Record.CloseText) = (CloseReason.TlsError, failure);
            NoteRefusal();
        }

        _reason ??= SocketErrors.OnStream(errno);
        Finish();
    }

    private void Linger()
    {
        if (!SendFin() || (!_finSent && _phase == Phase.Flushing))
            return; // TLS has something to say yet, or the seam keeps it back
        if (_peerEnded || _phase == Phase.Ended)
        {
            Finish();
            return;
        }

        _phase = Phase.Lingering;
        _reader.Discarding = true;
        _deadline?.Cancel();
        _deadline = After(FinWait, new Ticked(this, Tick.Deadline));
        _reader.Pump();
    }

    /// <returns>False: TLS has something to say first; it comes again when that is said, unless the socket has failed.</returns>
    private bool SendFin()
    {
        if (_finSent || _seam?.MayEndSending() == false)
            return true;
        if (!SaidGoodbye())
            return _phase == Phase.Ended;
        _finSent = true;
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            Fail(SocketErrors.ErrnoOf(e));
            return true;
        }

        if (_peerEnded && _phase == Phase.Open)
            Close(CloseReason.PeerClosed);
        return true;
    }

    private void Finish()
    {
        if (_phase == Phase.Ended)
            return;
        _phase = Phase.Ended;
        _actor.Stop(Self);
    }
}
