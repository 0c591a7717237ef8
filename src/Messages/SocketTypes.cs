namespace Anode.Messages;

/// <summary>Address family of a socket; the values are Linux's own.</summary>
public enum Family
{
    Unix = 1,
    Inet = 2,
    Inet6 = 10,
}

/// <summary>Type of a socket; the values are Linux's own.</summary>
public enum SocketKind
{
    Stream = 1,
    Datagram = 2,
}

/// <summary>Which direction <see cref="Sock.Shutdown"/> ends; the values are <c>SHUT_RD</c>, <c>SHUT_WR</c>, <c>SHUT_RDWR</c>.</summary>
public enum Direction
{
    Receive = 0,
    Send = 1,
    Both = 2,
}
