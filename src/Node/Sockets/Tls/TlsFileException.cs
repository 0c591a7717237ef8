namespace Anode.Sockets;

/// <summary>A file that TLS needs is not what it should be.</summary>
/// <param name="setting">Which: <c>certificate</c>, <c>key</c> or <c>authorities</c>, as the configuration's keys are called.</param>
/// <param name="message">A sentence that names the file.</param>
public sealed class TlsFileException(string setting, string message) : Exception(message)
{
    public string Setting => setting;
}
