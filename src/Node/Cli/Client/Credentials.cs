namespace Anode.Cli.Client;

/// <summary>What a node may ask for in HELLO; each part null where nothing was given.</summary>
internal sealed record Credentials(string? Token, string? User, string? Password);
