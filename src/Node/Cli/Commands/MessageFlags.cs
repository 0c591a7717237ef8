using System.CommandLine;
using System.Text;
using Anode.Cli.Rendering;
using Anode.Protocols.Native.Wire;

namespace Anode.Cli.Commands;

/// <summary>Arguments and options that several commands have, each with its check.</summary>
internal static class MessageFlags
{
    public static Argument<string> Subject() => Checked(
        new Argument<string>("SUBJECT") { Description = "Where to publish: words joined by dots, like lab.temp." },
        text => Routing.Subject.IsSubject(Encoding.UTF8.GetBytes(text)),
        "a subject: 1 to 255 bytes of words joined by dots, without white space or wildcards");

    public static Argument<string> Filter() => Checked(
        new Argument<string>("FILTER") { Description = "A subject in which * stands for one word and a last > for one or more." },
        text => Routing.Subject.IsFilter(Encoding.UTF8.GetBytes(text)),
        "a filter: a subject in which * may stand for one word and a last > for the rest");

    public static Argument<string?> Payload(string description) => new("PAYLOAD")
    {
        Description = description,
        Arity = ArgumentArity.ZeroOrOne,
    };

    public static Option<string?> Queue()
    {
        var queue = Flag.Text("--queue", "GROUP", "Of all members of this group, one gets each message.");
        queue.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && !Routing.Subject.IsSubject(Encoding.UTF8.GetBytes(result.Tokens[0].Value)))
                result.AddError($"--queue: '{result.Tokens[0].Value}' is not a group's name, which is written like a subject");
        });
        return queue;
    }

    public static Option<string[]> Headers()
    {
        var headers = Flag.Texts("--header", "K=V", "Header to send along. Repeatable, also with the same key.");
        headers.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => !Values.TryHeader(token.Value, out _)))
                result.AddError($"--header: '{token.Value}' is not KEY=VALUE");
        });
        return headers;
    }

    /// <summary>Encoded as they travel.</summary>
    public static byte[] Encode(string[]? headers) => HeaderMap.Build((headers ?? []).Select(text =>
    {
        Values.TryHeader(text, out var header);
        return header;
    }));

    public static Option<MessageFormat?> Format(string @default) => Flag.Value<MessageFormat>(
        "--format", "text|json|raw",
        $"text: a line for people; json: an object a line; raw: the payload and a newline. Default {@default}.",
        Values.TryFormat, Values.Format);

    private static Argument<string> Checked(Argument<string> argument, Func<string, bool> isValid, string expected)
    {
        argument.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && !isValid(result.Tokens[0].Value))
                result.AddError($"{argument.Name}: '{result.Tokens[0].Value}' is not {expected}");
        });
        return argument;
    }
}
