namespace Anode.Hosting.Configuration;

/// <summary>Who may connect. Nothing given: everybody who reaches a listener.</summary>
internal sealed record SecurityOptions
{
    public required ValueList<string> Tokens { get; init; }
    public required ValueList<UserOptions> Users { get; init; }
    public required TlsOptions Tls { get; init; }

    public static SecurityOptions Map(Fields<SecurityOptions> fields)
    {
        var security = new SecurityOptions
        {
            Tokens = fields.List("tokens", o => o.Tokens, UserOptions.NonEmptySecret),
            Users = fields.Items("users", o => o.Users, UserOptions.Map),
            Tls = fields.Block("tls", o => o.Tls, TlsOptions.Map),
        };
        var twice = security.Users.GroupBy(user => user.User).FirstOrDefault(group => group.Count() > 1)?.Key;
        fields.Require(twice is null, "users", $"node.security.users has '{twice}' twice");
        return security;
    }
}

/// <summary>One name and its password.</summary>
internal sealed record UserOptions
{
    public required string User { get; init; }
    public required string Password { get; init; }

    public static readonly ValueKind<string> NonEmptySecret = ValueKinds.Secret with { Parse = NonEmpty };

    public static UserOptions Map(Fields<UserOptions> fields) => new()
    {
        User = fields.Value("user", o => o.User, ValueKinds.Text with { Parse = NonEmpty }),
        Password = fields.Value("password", o => o.Password, NonEmptySecret),
    };

    /// <summary>The compiler's own would put the password into every log line that mentions a user.</summary>
    public override string ToString() => $"{nameof(UserOptions)} {{ {nameof(User)} = {User} }}";

    private static Read<string> NonEmpty(string text) => text.Length > 0 ? text : ValueKinds.Wrong<string>("is empty");
}
