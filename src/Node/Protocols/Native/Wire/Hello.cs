namespace Anode.Protocols.Native.Wire;

/// <summary>1 HELLO: who a client is and what it wishes. Which versions and credentials will do is not judged here.</summary>
internal sealed record Hello
{
    public const long CurrentVersion = 1;

    public long Version { get; init; } = CurrentVersion;

    public string? Name { get; init; }

    public string? Token { get; init; }

    public string? User { get; init; }

    public string? Password { get; init; }

    /// <summary>Whether the client's own messages come back to its own matching subscriptions.</summary>
    public bool Echo { get; init; } = true;

    /// <summary>The name under which PUT ids are unique, over reconnects too.</summary>
    public string? Producer { get; init; }

    /// <summary>What RETRY brought; datagrams only.</summary>
    public byte[]? Cookie { get; init; }

    public long? HeartbeatMs { get; init; }

    /// <summary>Without the secrets, since this ends up in logs.</summary>
    public override string ToString() => $"HELLO version {Version}, name '{Name}', user '{User}', producer '{Producer}'";
}
