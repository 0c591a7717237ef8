using Anode.Messages;

namespace Anode.Sockets;

/// <summary>To the owner of a socket or session: end at once, with RST where there is one.</summary>
internal sealed record EndAbruptly(CloseReason Reason) : IReapable;

/// <summary>To the owner of a socket or session, from above: end in good order, for this reason.</summary>
internal sealed record End(CloseReason Reason) : IReapable
{
    /// <summary>The reason as a sentence for the peer.</summary>
    public string Text => Reason switch
    {
        CloseReason.ShuttingDown => "the node is shutting down",
        CloseReason.EndpointStopped => "the endpoint was stopped",
        _ => Reason.Code(),
    };
}
