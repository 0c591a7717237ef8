namespace Anode.Protocols.Native.Wire;

/// <summary>4 SUB: the filter and the queue group are ranges of the body.</summary>
/// <param name="Sid">From 1 up, chosen by the client; 0 is its inbox.</param>
/// <param name="Filter">Some string; whether it is a filter is for routing to judge.</param>
/// <param name="Queue">UTF-8; empty if none.</param>
/// <param name="HasQueue">False when the item is absent or nil.</param>
/// <param name="Max">The subscription ends after that many messages; 0 for never.</param>
internal readonly record struct Sub(long Sid, Slice Filter, Slice Queue, bool HasQueue, long Max);

/// <summary>5 UNSUB.</summary>
/// <param name="Sid">The subscription to end.</param>
/// <param name="Max">It ends after that many messages, counted from its SUB; 0 for now.</param>
internal readonly record struct Unsub(long Sid, long Max);

/// <summary>9 OK: the receipt for a PUT.</summary>
/// <param name="Id">The PUT's.</param>
/// <param name="Receivers">How many subscribers it was queued for.</param>
internal sealed record Ok(ulong Id, long? Receivers);

/// <summary>10 ERR.</summary>
/// <param name="Code">One of <see cref="ErrorCode"/>, or a newer one.</param>
/// <param name="Text">For people.</param>
/// <param name="Id">What it is about, where that has a number.</param>
internal sealed record Err(string Code, string Text, ulong? Id);

/// <summary>11 BYE: the last frame of a connection that ends in good order.</summary>
/// <param name="Reason">Why.</param>
/// <param name="RetryAfterMs">Come back no sooner.</param>
/// <param name="Addresses">Where to go instead; empty if unsaid.</param>
internal sealed record Bye(string Reason, long? RetryAfterMs, IReadOnlyList<string> Addresses);

/// <summary>13 RETRY: say HELLO again with this cookie, which proves that the datagram's address is the client's own.</summary>
internal sealed record Retry(byte[] Cookie);
