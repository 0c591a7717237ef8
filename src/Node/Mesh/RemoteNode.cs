using System.Text;
using Anode.Routing;

namespace Anode.Mesh;

/// <summary>Another node as somebody a message can be for. It is in the index with each filter somebody there subscribed to.</summary>
internal sealed class RemoteNode(string name) : Subscriber
{
    public string Name => name;

    public byte[] Utf8Name { get; } = Encoding.UTF8.GetBytes(name);

    public override bool IsRemote => true;
}
