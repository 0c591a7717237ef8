namespace Anode.Cli.Bench.Wire;

/// <summary>What the front of a receive window holds.</summary>
internal enum PieceKind
{
    /// <summary>Not all of it is there yet.</summary>
    Incomplete = 0,
    Message = 1,
    Ping = 2,
    Pong = 3,
    /// <summary>WELCOME or INFO.</summary>
    Greeting = 4,
    /// <summary>An error or a farewell; what the server says is in <see cref="Piece.Text"/>.</summary>
    Refusal = 5,
    /// <summary>Nothing that a load needs.</summary>
    Other = 6,
}

/// <summary>One frame or one protocol line, as ranges of the window it stands in.</summary>
internal readonly record struct Piece(PieceKind Kind, int Length)
{
    public static readonly Piece Incomplete = new(PieceKind.Incomplete, 0);

    public int PayloadOffset { get; init; }

    public int PayloadLength { get; init; }

    public int ReplyOffset { get; init; }

    public int ReplyLength { get; init; }

    /// <summary>The server's own answer to a request that nobody is subscribed to.</summary>
    public bool IsNoResponders { get; init; }

    /// <summary>Of a greeting: the inbox or nothing. Of a refusal: the reason.</summary>
    public string Text { get; init; } = "";
}
