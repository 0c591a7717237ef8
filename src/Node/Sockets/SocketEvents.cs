using System.Net.Sockets;

namespace Anode.Sockets;

/// <summary>The runtime's reusable asynchronous operation, made for actors: the completion is a message, so no context needs to flow.</summary>
internal static class SocketEvents
{
    public static SocketAsyncEventArgs Create() => new(true);
}
