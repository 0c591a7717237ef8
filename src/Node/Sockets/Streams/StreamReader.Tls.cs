namespace Anode.Sockets;

/// <summary>Reading what is encrypted: the same turns, slabs and credit, with the decrypting layer in the socket's place.</summary>
internal sealed partial class StreamReader
{
    private TlsLayer? _tls;

    /// <summary>From here on bytes come through the layer, which has the socket's edge: what it has not read yet, nobody will be told of.</summary>
    public void Secure(TlsLayer tls) => (_tls, _drained) = (tls, tls.IsDrained);

    /// <summary>From here on bytes are read and thrown away as they are on the wire: the layer has failed.</summary>
    public void DiscardRaw() => (_tls, _drained, Discarding) = (null, false, true);

    /// <returns>True when reading can go on.</returns>
    private bool ReadSecured(TlsLayer tls, int asked)
    {
        var count = tls.Receive(_slab!.Buffer, _fill, asked, out var errno);
        switch (errno)
        {
            case 0 when count == 0:
                _ended = true;
                HandOverRest(tls.EndedCleanly);
                return false;
            case 0:
                _drained = tls.IsDrained;
                return Took(count, asked);
            case SocketErrors.EAGAIN:
                _drained = true;
                return true;
            case SocketErrors.ENOBUFS:
                _host.OnPoolExhausted();
                return false;
            default:
                // What was decrypted before the failure came whole and in order.
                if (count > 0 && !Took(count, asked))
                    return false;
                Fail(errno);
                return false;
        }
    }
}
