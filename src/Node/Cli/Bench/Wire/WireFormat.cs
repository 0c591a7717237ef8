using Anode.Cli.Client;

namespace Anode.Cli.Bench.Wire;

/// <summary>What a connection of a load is for; the bare relay has to be told.</summary>
internal enum Role
{
    Publisher = 0,
    Subscriber = 1,
    /// <summary>Sends and gets back what it sent.</summary>
    Echo = 2,
}

/// <summary>A client's side of one protocol: bytes for what a load says, pieces for what it hears. Pure.</summary>
internal abstract class WireFormat
{
    public abstract string Name { get; }

    /// <summary>The server speaks first.</summary>
    public virtual bool GreetsFirst => false;

    /// <summary>It has pings and subscriptions, and an answer to the handshake.</summary>
    public virtual bool HasSessions => true;

    /// <summary>The client's first bytes.</summary>
    public abstract byte[] Hello(Role role, Credentials credentials);

    /// <summary>The piece whose arrival ends the handshake.</summary>
    public abstract PieceKind EndOfHandshake { get; }

    /// <summary>Empty where there are no subscriptions.</summary>
    public abstract byte[] Subscribe(long sid, ReadOnlySpan<byte> subject, ReadOnlySpan<byte> queue);

    /// <summary>As <see cref="Subscribe"/>.</summary>
    public abstract byte[] Unsubscribe(long sid);

    public abstract ReadOnlySpan<byte> Ping { get; }

    /// <summary>The answer to a PING that stands at the front of <paramref name="ping"/>.</summary>
    public abstract byte[] Pong(ReadOnlySpan<byte> ping);

    /// <summary>An upper bound for <see cref="Write"/>.</summary>
    public abstract int SizeOf(int subjectBytes, int payloadBytes, int replyBytes);

    /// <summary>One published message; returns its length.</summary>
    public abstract int Write(
        Span<byte> room, ReadOnlySpan<byte> subject, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> reply, out int payloadOffset);

    /// <summary>Where answers to this connection's requests go.</summary>
    /// <param name="greeting">What the server said of the connection.</param>
    /// <param name="own">A name nobody else has.</param>
    public abstract string InboxOf(string greeting, string own);

    /// <summary>The subscription answers need, in the same form as <see cref="Subscribe"/>; empty if none.</summary>
    public abstract byte[] SubscribeInbox(string inbox);

    /// <summary>Any legal bytes; slow beside a frame template.</summary>
    /// <exception cref="IOException">These bytes are not this protocol.</exception>
    public abstract Piece Parse(ReadOnlySpan<byte> window);
}
