namespace Anode.Mesh;

/// <summary>How what the mesh says becomes frames; the link protocol's business.</summary>
internal interface IMeshWire
{
    byte[] Record(NodeRecord record);

    byte[] Interest(InterestNews news);

    byte[] Digest(IReadOnlyCollection<NodeDigest> digests);

    byte[] Want(string node);

    /// <summary>PUTs that go out again, each in a frame of its own.</summary>
    byte[] Resends(string origin, long incarnation, IReadOnlyList<Resend> resends);

    /// <summary>Of one change within a frame, so that frames stay small.</summary>
    int SizeOf(InterestChange change);
}
