namespace Anode.Sockets;

/// <summary>Our own endpoint's socket is lost; supervision decides what comes next.</summary>
internal sealed class EndpointLostException(int errno, string text) : Exception($"{SocketErrors.NameOf(errno)}: {text}")
{
    public int Errno => errno;

    public string Text => text;
}
