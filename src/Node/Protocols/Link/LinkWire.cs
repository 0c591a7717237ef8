using System.Text;
using Anode.Mesh;
using Anode.Protocols.Link.Wire;

namespace Anode.Protocols.Link;

/// <summary>The mesh's news as frames of the link protocol.</summary>
internal sealed class LinkWire : IMeshWire
{
    public byte[] Record(NodeRecord record) => LinkFrames.Record(record);

    public byte[] Interest(InterestNews news) => LinkFrames.Interest(news);

    public byte[] Digest(IReadOnlyCollection<NodeDigest> digests) => LinkFrames.Digest(digests);

    public byte[] Want(string node) => LinkFrames.Want(node);

    public int SizeOf(InterestChange change) => LinkFrames.SizeOf(change);

    public byte[] Resends(string origin, long incarnation, IReadOnlyList<Resend> resends)
    {
        var from = Encoding.UTF8.GetBytes(origin);
        var frames = new byte[resends.Sum(one => DataHeader.SizeOf(from.Length, one.Node.Utf8Name.Length, one.Queue?.Length ?? 0) + one.Frame.Length)];
        var at = 0;
        foreach (var (node, queue, number, frame) in resends)
        {
            var room = frames.AsSpan(at);
            var length = DataHeader.Begin(room, retry: true, hops: 0, Lane.Receipted, incarnation, from, node.Utf8Name, queue);
            DataHeader.Complete(room[..length], number, 1, frame.Length);
            frame.CopyTo(room[length..]);
            at += length + frame.Length;
        }

        return frames[..at];
    }
}
