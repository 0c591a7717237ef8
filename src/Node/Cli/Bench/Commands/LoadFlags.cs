using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text;
using Anode.Cli.Bench.Checks;
using Anode.Cli.Bench.Measuring;

namespace Anode.Cli.Bench.Commands;

/// <summary>Options that several loads have, each made once.</summary>
internal static class LoadFlags
{
    public static Option<long?> Count(string name, string description) => Flag.Value<long>(name, "N", description, TryCount, "a whole number from 1 to 100000");

    public static Option<int?> Size()
    {
        var size = Flag.Value<int>("--size", "BYTES", $"Payload, at least {Stamp.Bytes}: publisher and number of each message stand in it. Default 128.", Values.TrySize, Values.Size);
        size.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && Values.TrySize(result.Tokens[0].Value, out var bytes) && bytes < Stamp.Bytes)
                result.AddError($"--size: a payload needs {Stamp.Bytes} bytes for its publisher and number");
        });
        return size;
    }

    public static Option<TimeSpan?> Time(string name, string description) => Flag.Value<TimeSpan>(name, "S", description, Values.TryDuration, Values.Duration);

    /// <summary>May be nothing at all.</summary>
    public static Option<TimeSpan?> WarmUp() => Flag.Value<TimeSpan>(
        "--warm-up", "S", "Seconds before measuring begins; 0 for none. Default 1.", TryWarmUp, Values.Duration);

    public static Option<string?> Subject(string description)
    {
        var subject = Flag.Text("--subject", "SUBJECT", description);
        subject.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && !Routing.Subject.IsSubject(Encoding.UTF8.GetBytes(result.Tokens[0].Value)))
                result.AddError($"--subject: '{result.Tokens[0].Value}' is not a subject");
        });
        return subject;
    }

    /// <summary>So that loads beside each other do not meet.</summary>
    public static string OwnSubject() => $"bench.{Random.Shared.Next(0x10000):x4}";

    private static bool TryCount(string text, out long count) => Values.TryCount(text, out count) && count <= 100_000;

    private static bool TryWarmUp(string text, out TimeSpan time)
    {
        time = TimeSpan.Zero;
        return text is "0" or "0s" || Values.TryDuration(text, out time);
    }
}

/// <summary>How a server is watched from beside.</summary>
internal sealed class ProbeFlags
{
    private readonly Option<long?> _pid = Flag.Value<long>(
        "--pid", "PID", "Process of the server, on this machine: show its processor time and memory.", TryPid, "the number of a process");

    private readonly Option<Uri?> _http = new("--http")
    {
        Description = "HTTP API of a node: show what it allocates for each message.",
        HelpName = "URL",
        CustomParser = ParseHttp,
    };

    private readonly bool _hasMetrics;

    public ProbeFlags(bool metrics = true) => _hasMetrics = metrics;

    public ProbeFlags AddTo(Command command)
    {
        command.Options.Add(_pid);
        if (_hasMetrics)
            command.Options.Add(_http);
        return this;
    }

    public ServerProbe Of(ParseResult parsed) => new((int?)parsed.GetValue(_pid), _hasMetrics ? parsed.GetValue(_http) : null);

    private static bool TryPid(string text, out long pid) => Values.TryCount(text, out pid) && pid <= int.MaxValue;

    private static Uri? ParseHttp(ArgumentResult result)
    {
        var text = result.Tokens[^1].Value;
        if (Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : $"http://{text}", UriKind.Absolute, out var url) && url.Scheme is "http" or "https")
            return url;
        result.AddError($"--http: '{text}' is not a URL like http://127.0.0.1:7480");
        return null;
    }
}
