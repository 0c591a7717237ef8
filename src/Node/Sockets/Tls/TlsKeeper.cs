namespace Anode.Sockets;

/// <summary>
/// The files of one endpoint as they were read last: every incarnation of its socket's owner reads them again, so that a renewed certificate
/// comes with <c>endpoint restart</c>. What is no use is not taken: an old certificate serves better than none.
/// </summary>
/// <remarks>Read by those who adopt connections, on their own turns.</remarks>
internal sealed class TlsKeeper(TlsSettings settings, bool listens)
{
    private volatile TlsTerms? _terms;

    /// <summary>Null before the first <see cref="TryLoad"/> that succeeded.</summary>
    public TlsTerms? Terms => _terms;

    /// <returns>What is wrong, as a sentence; null: nothing.</returns>
    public string? TryLoad()
    {
        try
        {
            _terms = TlsTerms.Load(settings, listens);
            return null;
        }
        catch (TlsFileException e)
        {
            return $"TLS {e.Setting}: {e.Message}";
        }
    }
}
