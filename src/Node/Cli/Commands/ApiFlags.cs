using System.CommandLine;
using System.CommandLine.Parsing;
using Anode.Cli.Operator;

namespace Anode.Cli.Commands;

/// <summary>Which node an operator command looks at.</summary>
internal sealed class ApiFlags
{
    private static readonly Uri Default = new("http://127.0.0.1:7480");

    private readonly Option<Uri?> _http = new("--http")
    {
        Description = "HTTP API of the node. Default http://127.0.0.1:7480.",
        HelpName = "URL",
        CustomParser = Parse,
    };

    private readonly TokenFlag _token = new();

    public ApiFlags AddTo(Command command)
    {
        command.Options.Add(_http);
        _token.AddTo(command);
        return this;
    }

    public NodeApi Of(ParseResult parsed) => new(parsed.GetValue(_http) ?? Default, _token.Of(parsed));

    /// <summary>HOST:PORT alone is what <c>anode run --http</c> takes, so it is taken here too.</summary>
    private static Uri? Parse(ArgumentResult result)
    {
        var text = result.Tokens[^1].Value;
        if (Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : $"http://{text}", UriKind.Absolute, out var url)
            && url.Scheme is "http" or "https")
            return url;
        result.AddError($"--http: '{text}' is not a URL like http://127.0.0.1:7480");
        return null;
    }
}
