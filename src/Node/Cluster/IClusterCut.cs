using Anode.Messages;

namespace Anode.Cluster;

/// <summary>Whether anything passes between this node and another member; a fault may want that nothing does.</summary>
internal interface IClusterCut
{
    /// <summary>Something of membership that is about to go to that member, or has come from it, is lost.</summary>
    bool Takes(NetAddress member, bool inbound, int bytes);

    /// <summary>It cannot be connected to: what is sent or what comes back is lost.</summary>
    bool IsSilent(NetAddress member);
}
