using System.Globalization;
using Anode.Sockets;

namespace Anode.Faults;

/// <summary>What a fault is done to.</summary>
internal enum TargetKind
{
    /// <summary>Every connection and datagram socket of this node.</summary>
    Node,
    /// <summary>An endpoint with all its connections, those to come included.</summary>
    Endpoint,
    /// <summary>Every connection of one protocol.</summary>
    Protocol,
    /// <summary>One connection, by its number.</summary>
    Connection,
    /// <summary>Every link to one other node.</summary>
    Link,
    /// <summary>One other member of the cluster.</summary>
    Member,
    /// <summary>One actor, by its path.</summary>
    Actor,
}

/// <summary><c>node</c>, <c>endpoint:NAME</c>, <c>protocol:NAME</c>, <c>connection:ID</c>, <c>link:NODE</c>, <c>member:NODE</c> or <c>actor:PATH</c>.</summary>
internal sealed record FaultTarget(TargetKind Kind, string Name)
{
    private const string LinkProtocol = "link";

    public static FaultTarget Parse(string text)
    {
        if (text == "node")
            return new FaultTarget(TargetKind.Node, "");
        var at = text.IndexOf(':');
        if (at > 0 && at + 1 < text.Length && Enum.TryParse<TargetKind>(text[..at], ignoreCase: true, out var kind) && kind != TargetKind.Node
            && (kind != TargetKind.Connection || long.TryParse(text.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out _)))
            return new FaultTarget(kind, text[(at + 1)..]);
        throw new FaultException(
            $"target: '{text}' is none of node, endpoint:NAME, protocol:NAME, connection:ID, link:NODE, member:NODE, actor:PATH");
    }

    public bool Covers(ConnectionRecord record) => Kind switch
    {
        TargetKind.Node => true,
        // Of a proxied connection the half that was accepted: all its bytes pass there, and pass once.
        TargetKind.Endpoint => record.Endpoint == Name && !record.IsDialled,
        TargetKind.Protocol => record.Protocol == Name,
        TargetKind.Connection => record.Id.ToString(CultureInfo.InvariantCulture) == Name,
        TargetKind.Link or TargetKind.Member => record.Protocol == LinkProtocol && record.ClientName == Name,
        _ => false,
    };

    /// <summary>The socket all of whose datagrams are meant.</summary>
    public bool Covers(IDatagramSeamHost socket) => Kind switch
    {
        TargetKind.Node => true,
        TargetKind.Endpoint => socket.Endpoint == Name,
        TargetKind.Protocol => socket.Protocol == Name,
        _ => false,
    };

    public bool CoversEndpoint(string endpoint) => Kind == TargetKind.Node || (Kind == TargetKind.Endpoint && endpoint == Name);

    public override string ToString() => Kind == TargetKind.Node ? "node" : $"{Kind.ToString().ToLowerInvariant()}:{Name}";
}
