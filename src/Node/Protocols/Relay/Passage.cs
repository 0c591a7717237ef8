using System.Text;
using Anode.Mesh;

namespace Anode.Protocols.Relay;

/// <summary>Messages of another node's clients that come over a link: whose they are, and what is said of those at hand.</summary>
internal sealed class Passage(byte[] origin, long incarnation, MeshLink arrival)
{
    public byte[] Utf8Origin => origin;

    public string Origin { get; } = Encoding.UTF8.GetString(origin);

    public long Incarnation => incarnation;

    /// <summary>The link they come over: nothing goes back there.</summary>
    public MeshLink Arrival => arrival;

    public Lane Lane { get; set; }

    /// <summary>Nodes they have passed, this one not counted.</summary>
    public int Hops { get; set; }

    public bool IsRetry { get; set; }

    /// <summary>Of the message at hand, or the first of a run.</summary>
    public long Number { get; set; }
}
