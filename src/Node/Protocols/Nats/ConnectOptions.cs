using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using Anode.Protocols.Nats.Wire;

namespace Anode.Protocols.Nats;

/// <summary>
/// What a client says about itself in CONNECT. Until it does, it is a person at a terminal: verbose and pedantic, as in nats-server, where an
/// option that CONNECT leaves out keeps that value, too.
/// </summary>
internal sealed record ConnectOptions
{
    public static readonly ConnectOptions BeforeConnect = new() { Verbose = true, Pedantic = true, Echo = true };

    /// <summary>Every operation is answered with +OK.</summary>
    public bool Verbose { get; init; }

    /// <summary>Subjects are checked strictly; here they always are, since native clients share them.</summary>
    public bool Pedantic { get; init; }

    /// <summary>What it publishes comes back to its own subscriptions.</summary>
    public bool Echo { get; init; }

    public bool Headers { get; init; }

    /// <summary>A request that nobody is subscribed to is answered with status 503.</summary>
    public bool NoResponders { get; init; }

    public string? Token { get; init; }

    public string? User { get; init; }

    public string? Password { get; init; }

    public string? Name { get; init; }

    public string? Language { get; init; }

    public string? Version { get; init; }

    /// <summary>1: may be sent INFO at any time.</summary>
    public long Protocol { get; init; }

    /// <summary>It wants to be among the clients of an account. There are none here, and it must not be put among everybody instead.</summary>
    public bool WantsAccount { get; init; }

    /// <summary>These options with those that the text names in their place. False: the text is no such thing.</summary>
    public bool TryApply(ReadOnlySpan<byte> json, out ConnectOptions options)
    {
        options = this;
        Said? said;
        try
        {
            // A name in Latin-1 is no reason to turn a client away: it gets U+FFFD, as with nats-server.
            said = JsonSerializer.Deserialize(Utf8.IsValid(json) ? json : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(json)), ConnectJson.Default.Said);
        }
        catch (JsonException)
        {
            return false;
        }

        said ??= Said.Nothing;
        options = this with
        {
            Verbose = said.Verbose ?? Verbose,
            Pedantic = said.Pedantic ?? Pedantic,
            Echo = said.Echo ?? Echo,
            Headers = said.Headers ?? Headers,
            NoResponders = said.NoResponders ?? NoResponders,
            Token = said.AuthToken ?? Token,
            User = said.User ?? User,
            Password = said.Pass ?? Password,
            Name = said.Name ?? Name,
            Language = said.Lang ?? Language,
            Version = said.Version ?? Version,
            Protocol = said.Protocol ?? Protocol,
            WantsAccount = said.Account is { Length: > 0 } || said.NewAccount == true,
        };
        return true;
    }

    /// <summary>The JSON; what is not listed (nkey, jwt, sig and what is yet to come) is read over.</summary>
    internal sealed record Said(
        bool? Verbose, bool? Pedantic, bool? Echo, bool? Headers, bool? NoResponders, string? AuthToken, string? User, string? Pass,
        string? Name, string? Lang, string? Version, long? Protocol, string? Account, bool? NewAccount)
    {
        public static readonly Said Nothing = new(null, null, null, null, null, null, null, null, null, null, null, null, null, null);
    }
}

// As deep as a control line is long: nesting is for nats-server no reason to refuse either.
[JsonSourceGenerationOptions(MaxDepth = NatsLimits.DefaultControlLineBytes, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, PropertyNameCaseInsensitive = true)]
[JsonSerializable(typeof(ConnectOptions.Said))]
internal sealed partial class ConnectJson : JsonSerializerContext;
