using Akka.Actor;

namespace Anode.Sockets;

/// <summary>What a handshake needs of the one that owns the socket; called on the owner's turn only.</summary>
internal interface ITlsHost
{
    /// <summary>From here on everything is encrypted.</summary>
    void OnSecured();

    /// <summary>It will not come to that.</summary>
    /// <param name="text">Why, as a sentence.</param>
    /// <param name="errno">0: not the socket's fault.</param>
    /// <param name="silent">Nothing was said that could have been TLS, or anything else: the peer looked whether somebody is there, and went.</param>
    void OnHandshakeFailed(string text, int errno, bool silent);
}

/// <summary>
/// The handshake of one connection, from its first byte to the last; part of the actor that owns the socket. It waits for readiness as reader
/// and writer do, which have the socket before and after it.
/// </summary>
/// <remarks>A peer that has not sent its first record whole costs little but its deadline: no place among those who shake hands, no state.</remarks>
internal sealed class TlsHandshake(TlsLayer tls, Readiness readiness, HandshakeGate gate, IActorRef self, ITlsHost host) : IDisposable
{
    private HandshakeGate.Ticket? _ticket;
    private bool _begun;
    private bool _over;
    private bool _readWaits;
    private bool _writeWaits;

    /// <summary>Goes on as far as it can.</summary>
    public void Pump()
    {
        while (!_over && !_readWaits && !_writeWaits && (_begun || MayBegin()) && Step())
        {
        }
    }

    public void On(HandshakeGate.Ticket ticket)
    {
        if (ticket == _ticket)
            Pump();
    }

    public void OnReady(Ready ready)
    {
        if ((ready & Ready.ToWrite) != 0 && _writeWaits)
        {
            _writeWaits = false;
            if (!TakeSent())
                return;
        }

        if ((ready & Ready.ToRead) != 0 && _readWaits)
        {
            _readWaits = false;
            if (!Succeeded())
                return;
        }

        Pump();
    }

    public void Dispose()
    {
        _over = true;
        _ticket?.Dispose();
        _ticket = null;
    }

    /// <returns>False: not yet, or never.</returns>
    private bool MayBegin()
    {
        if (tls.Listens)
        {
            if (_ticket is null && !HasFirstRecord())
                return false;
            _ticket ??= gate.Enter(self);
            if (!_ticket.IsAdmitted)
                return false;
        }

        _begun = true;
        tls.Begin();
        return true;
    }

    private bool HasFirstRecord()
    {
        while (true)
        {
            switch (tls.Listen())
            {
                case 0 when tls.WasSpokenTo:
                    return true;
                case 0:
                    End("the peer ended the connection before it said anything", 0, silent: true);
                    return false;
                case SocketErrors.EAGAIN:
                    if (!MayReadOn())
                        return false;
                    break;
                case var errno:
                    Fail(errno);
                    return false;
            }
        }
    }

    /// <returns>False: the message will come, or it is over.</returns>
    private bool MayReadOn()
    {
        _readWaits = !readiness.AwaitRead();
        return !_readWaits && Succeeded();
    }

    private bool Succeeded()
    {
        if (readiness.ReadErrno is var errno and not 0)
        {
            Fail(errno);
            return false;
        }

        return true;
    }

    /// <returns>False: it waits, or is over.</returns>
    private bool Step()
    {
        if (!Flush())
            return false;
        switch (tls.Shake())
        {
            case 0:
                return Finish();
            case SocketErrors.EAGAIN:
                // What it has to say in answer goes first; the peer waits for that.
                if (!Flush())
                    return false;
                return MayReadOn();
            case var errno:
                Fail(errno);
                return false;
        }
    }

    private bool Finish()
    {
        var flushed = tls.TryFlush();
        if (tls.Failure is { } failure)
            End(failure, 0, silent: false);
        else if (flushed is 0 or SocketErrors.EAGAIN) // the writer finds what is left, and goes on with it
            Secure();
        else
            Fail(flushed);
        return false;
    }

    private void Secure()
    {
        Dispose();
        host.OnSecured();
    }

    private bool Flush()
    {
        while (true)
        {
            switch (tls.TryFlush())
            {
                case 0:
                    return true;
                case SocketErrors.EAGAIN:
                    _writeWaits = !tls.AwaitWrite();
                    if (_writeWaits || !TakeSent())
                        return false;
                    break;
                case var errno:
                    Fail(errno);
                    return false;
            }
        }
    }

    private bool TakeSent()
    {
        var count = readiness.TakeSent(out var errno);
        if (errno != 0)
        {
            Fail(errno);
            return false;
        }

        tls.Went(count);
        return true;
    }

    private void Fail(int errno) => End(
        errno == SocketErrors.ENOBUFS ? "the node is out of buffers" : $"the connection broke within the handshake: {SocketErrors.TextOf(errno)}", errno, silent: !tls.WasSpokenTo);

    private void End(string text, int errno, bool silent)
    {
        Dispose();
        host.OnHandshakeFailed(text, errno, silent);
    }
}
