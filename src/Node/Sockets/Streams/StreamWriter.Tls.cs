namespace Anode.Sockets;

/// <summary>Sending what is to be encrypted: the same queue and gather lists, with the encrypting layer between them and the socket.</summary>
internal sealed partial class StreamWriter
{
    private TlsLayer? _tls;

    /// <summary>Nothing is sent: the socket is the handshake's. What is queued meanwhile goes once it is over.</summary>
    public bool Held { get; private set; }

    public void Hold() => Held = true;

    /// <summary>From here on bytes go through the layer.</summary>
    public void Secure(TlsLayer tls)
    {
        (_tls, Held) = (tls, false);
        if (_queue.Count > 0 && !_flushQueued)
        {
            _flushQueued = true;
            _self.Tell(_flush, Akka.Actor.ActorRefs.NoSender);
        }
    }

    /// <summary>Sends the layer's own last words, with nothing queued.</summary>
    /// <returns>True when they are with the kernel; false when it must wait, and will be idle once more, or has failed.</returns>
    public bool SayGoodbye(TlsLayer tls)
    {
        tls.SayGoodbye();
        (_sendingBytes, _unsentBytes, _sendingMessages, _copied) = (0, 0, 0, false);
        (_gather ??= []).Clear();
        _inFlight = true;
        InFlightSince = Environment.TickCount64;
        return SendRest() && Complete();
    }

    /// <returns>True when all that was prepared, and whatever the layer had to say, is with the kernel.</returns>
    private bool SendSecured(TlsLayer tls)
    {
        while (true)
        {
            var most = int.MaxValue; // how much goes at a time is the layer's affair
            if (Calls?.OnSend(ref most) is { } wanted and not 0)
            {
                _putOff = wanted == SocketCalls.NotNow;
                if (!_putOff)
                    Fail(wanted);
                return false;
            }

            switch (tls.TryFlush())
            {
                case 0:
                    break;
                case SocketErrors.EAGAIN:
                    _waiting = !tls.AwaitWrite();
                    if (_waiting || !TakeSent())
                        return false;
                    continue;
                case var errno:
                    Fail(errno);
                    return false;
            }

            if (_unsentBytes == 0)
                return true;
            var taken = tls.Encrypt(_gather!, out var broken);
            if (broken != 0)
            {
                Fail(broken);
                return false;
            }

            Trim(taken);
        }
    }
}
