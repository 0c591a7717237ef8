using Akka.Actor;
using Anode.Messages;

namespace Anode.Sockets;

/// <summary>What a connection and its supervisor say about one that is dialled for it.</summary>
internal static class Outward
{
    /// <summary>From a connection to its supervisor.</summary>
    /// <param name="To">Dialled once, over all its addresses, within the connect time-out.</param>
    /// <param name="For">Who wants it. If that one ends before it stands, it is not wanted any more.</param>
    /// <param name="ForId">The same by its number, for people.</param>
    /// <param name="Protocol">What its bytes mean.</param>
    public sealed record Dial(NetAddress To, IActorRef For, long ForId, ProtocolFactory Protocol) : IReapable;

    /// <summary>To who wanted it: it will not stand.</summary>
    public sealed record Failed(int Errno, string Text) : IReapable;
}
