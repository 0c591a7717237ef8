using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Anode.Messages;
using Anode.Sockets;

namespace Anode.Tests.Support;

/// <summary>The other end of an encrypted stream: the runtime's own TLS on a plain blocking socket.</summary>
internal sealed class SecureStream : IDisposable
{
    private const int TimeoutMs = 15_000;

    private SecureStream(Socket socket, SslStream stream) => (Socket, Stream) = (socket, stream);

    public Socket Socket { get; }

    public SslStream Stream { get; }

    public static Socket Dial(NetAddress address)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = TimeoutMs, SendTimeout = TimeoutMs, NoDelay = true };
        socket.Connect(Addresses.ToEndPoint(address)!);
        return socket;
    }

    /// <summary>Connected and encrypted; the server's certificate is not what these tests ask for.</summary>
    /// <param name="certificate">PEM file to show; null: none.</param>
    public static SecureStream Connect(NetAddress address, string? certificate = null, SslProtocols protocols = SslProtocols.None) =>
        Over(Dial(address), certificate, protocols);

    public static SecureStream Over(Socket socket, string? certificate = null, SslProtocols protocols = SslProtocols.None, Func<Stream, Stream>? between = null)
    {
        Stream wire = new NetworkStream(socket, ownsSocket: false);
        var stream = new SslStream(between?.Invoke(wire) ?? wire);
        try
        {
            stream.AuthenticateAsClient(new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                EnabledSslProtocols = protocols,
                ClientCertificateContext = certificate is null ? null : SslStreamCertificateContext.Create(X509Certificate2.CreateFromPemFile(certificate), null, offline: true),
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
            });
            return new SecureStream(socket, stream);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The server's side.</summary>
    public static SecureStream Accept(Socket listener, string certificate, bool wantsCertificate = false)
    {
        var socket = listener.Accept();
        (socket.ReceiveTimeout, socket.SendTimeout) = (TimeoutMs, TimeoutMs);
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: false));
        try
        {
            stream.AuthenticateAsServer(new SslServerAuthenticationOptions
            {
                ServerCertificateContext = SslStreamCertificateContext.Create(X509Certificate2.CreateFromPemFile(certificate), null, offline: true),
                ClientCertificateRequired = wantsCertificate,
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
            });
            return new SecureStream(socket, stream);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void Send(ReadOnlySpan<byte> bytes) => Stream.Write(bytes);

    public byte[] Receive(int count)
    {
        var bytes = new byte[count];
        Stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>Everything up to the end, which must be one in good order.</summary>
    public byte[] ReceiveToEnd()
    {
        var all = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (Stream.Read(buffer) is var read and > 0)
            all.Write(buffer, 0, read);
        return all.ToArray();
    }

    public void Dispose()
    {
        Stream.Dispose();
        Socket.Dispose();
    }
}

/// <summary>Passes bytes on one at a time, each in a call of its own.</summary>
internal sealed class DripStream(Stream wire) : Stream
{
    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => wire.Read(buffer, offset, Math.Min(count, 1));

    public override void Write(byte[] buffer, int offset, int count)
    {
        for (var i = 0; i < count; i++)
            wire.Write(buffer, offset + i, 1);
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            wire.Dispose();
        base.Dispose(disposing);
    }
}
