using Akka.Actor;
using Anode.Messages;

namespace Anode.Sockets;

/// <summary>TLS in the life of a connection: when the handshake is, what becomes of one that fails, and how an encrypted stream ends.</summary>
internal sealed partial class StreamEngine
{
    private readonly TlsTerms? _terms;
    private TlsLayer? _tls;
    private TlsHandshake? _handshake;
    private ICancelable? _handshakeDeadline;
    private bool _handshakeLater;
    private bool _opened;
    private bool _goodbye;

    void ITlsHost.OnSecured()
    {
        var tls = _tls!;
        _handshake = null;
        _handshakeDeadline?.Cancel();
        Record.Tls = tls.Info;
        Record.State = ConnectionState.Open;
        _writer.Secure(tls);
        _reader.Secure(tls);
        if (!_opened)
            OpenProtocol();
        _reader.Pump();
    }

    /// <summary>An ordinary end. The alert that tells the peer why has a second to arrive: closing with its bytes unread would make it a reset.</summary>
    void ITlsHost.OnHandshakeFailed(string text, int errno, bool silent)
    {
        var told = _tls!.TryFlush() == 0;
        _handshake = null;
        _handshakeDeadline?.Cancel();
        if (silent)
        {
            (_reason, _errno) = (_reason ?? (errno == 0 ? CloseReason.PeerClosed : SocketErrors.OnStream(errno)), errno);
            Finish();
            return;
        }

        Refuse(text, errno);
        if (errno != 0 || !told)
        {
            Finish();
            return;
        }

        _goodbye = true;
        _phase = Phase.Flushing;
        Record.State = ConnectionState.Closing;
        Outlet.Shut();
        _writer.Dispose();
        _reader.DiscardRaw();
        Linger();
    }

    /// <summary>At once, or behind the greeting.</summary>
    private void Secure(TlsTerms terms)
    {
        _handshakeDeadline = After(_sockets.Settings.TlsHandshake, new Ticked(this, Tick.Handshake));
        if (!_protocol.GreetsInClear)
        {
            BeginHandshake();
            return;
        }

        _handshakeLater = true;
        OpenProtocol();
        if (IsOpen && _handshakeLater && IsSent)
            BeginHandshake();
    }

    private void BeginHandshake()
    {
        _handshakeLater = false;
        Record.State = ConnectionState.Handshaking;
        _writer.Hold();
        _tls = new TlsLayer(_socket, _readiness, _sockets.Pool, _terms!);
        _handshake = new TlsHandshake(_tls, _readiness, _sockets.Handshakes, Self, this);
        _handshake.Pump();
    }

    private void OnHandshakeDeadline()
    {
        if (_phase != Phase.Open || (_handshake is null && !_handshakeLater))
            return;
        Refuse($"the handshake was not finished within {_sockets.Settings.TlsHandshake.TotalSeconds:0.###} s", SocketErrors.ETIMEDOUT);
        Finish();
    }

    private void Refuse(string text, int errno)
    {
        if (_reason is not null)
            return;
        (_reason, _errno, Record.CloseText) = (CloseReason.TlsHandshake, errno, text);
        NoteRefusal();
        _actor.System.EventStream.Publish(new ConnectionEvents.TlsRefused(Record, text));
    }

    /// <summary>Certificates are changed by people; who dials need not ask again at once.</summary>
    private void NoteRefusal()
    {
        if (_tls is { Listens: false, WasRefused: true })
            Record.RedialAfter ??= _sockets.Settings.TlsRefusedPause;
    }

    /// <summary>The peer is told that nothing follows, so that it need not take the end for a cut.</summary>
    /// <returns>False: that waits for the kernel, or the socket has failed.</returns>
    private bool SaidGoodbye()
    {
        if (_goodbye || _tls is not { IsSecured: true, Failure: null })
            return true;
        _goodbye = true;
        return _writer.SayGoodbye(_tls);
    }
}
