using Anode.Hosting.Configuration;
using CsCheck;
using Xunit;

namespace Anode.Tests.Configuration;

/// <summary>No text crashes the process or throws: it is a configuration, or it is told what is wrong.</summary>
public sealed class ConfigFuzzTests
{
    private static readonly string BuiltIn = File.ReadAllText(Path.Combine(Repository.Root, "hocon.conf"));

    private static readonly string[] Pieces =
    [
        "{", "}", "[", "]", "=", ":", "+=", ",", ".", "\n", " ", "\t", "\"", "\"\"\"", "\\", "#", "//", "${", "${?X}", "${node}", "}", "$", "null", "include ", "\0",
        "\r\n", "\ufeff", "\ud800", "é", "node", "akka", "node.", "listeners", "dialers", "limits", "name", "address", "protocol", "lines", "keep-alive", "idle",
        "listener-defaults", "security", "users", "tokens", "off", "on", "10s", "1MiB", "-1", "99999999999999999999", "\"tcp://127.0.0.1:0\"", "tcp://[::1]:0",
        "\"unix:///{runtime-dir}/x\"", "\"udp://h:1?protocol=lines&publish=a\"", "loglevel", "a", "*", "@", "`", "'", "(", "\\u0041", "x=[", "[{", "}]",
    ];

    private static readonly Gen<string> Soup = Gen.OneOfConst(Pieces).Array[0, 60].Select(string.Concat);

    /// <summary>A few places of a valid text cut out, doubled or replaced: gets further in than soup does.</summary>
    private static Gen<string> Mutated(string text) =>
        Gen.Select(Gen.Int[0, text.Length - 1], Gen.Int[0, 40], Gen.OneOfConst(Pieces), Gen.Int[0, 3])
            .Array[1, 6]
            .Select(edits => edits.Aggregate(text, (now, edit) =>
            {
                var (at, length, piece, kind) = edit;
                at = Math.Min(at, now.Length);
                length = Math.Min(length, now.Length - at);
                return kind switch
                {
                    0 => now.Remove(at, length),
                    1 => now.Insert(at, piece),
                    2 => now.Insert(at, now.Substring(at, length)),
                    _ => now.Remove(at, length).Insert(at, piece),
                };
            }));

    [Fact]
    public void Token_soup_is_options_or_errors() => Soup.Sample(soup => IsOptionsOrErrors(soup), iter: 4_000);

    [Fact]
    public void Soup_inside_a_node_is_options_or_errors() =>
        Soup.Sample(soup => IsOptionsOrErrors($"node {{\n{soup}\n}}") && IsOptionsOrErrors($"node.listeners = [{{ {soup} }}]"), iter: 1_000);

    [Fact]
    public void Mutated_defaults_are_options_or_errors() => Mutated(BuiltIn).Sample(text => IsOptionsOrErrors(text), iter: 500);

    [Fact]
    public void Any_bytes_are_text_or_an_error() =>
        Gen.Byte.Array[0, 200].Sample(bytes =>
            ConfigFile.TryDecode(bytes, "fuzz.conf", out var text, out var error) ? IsOptionsOrErrors(text) : error.Message.Length > 0);

    [Fact]
    public void Any_flag_and_variable_is_options_or_errors() =>
        Gen.Select(Soup, Soup, Soup).Sample((a, b, c) =>
            IsAnswer(ConfigLoader.LoadText(
                "",
                "fuzz.conf",
                new Dictionary<string, string> { ["ANODE_NODE__" + a] = b, ["XDG_RUNTIME_DIR"] = c },
                new Overrides { Name = c, Http = a, Listen = [a, "tcp://127.0.0.1:0?" + b], LogLevel = b, LogFormat = c, Set = [a, "node." + b + "=" + c, "node.listeners=" + a] })),
            iter: 1_000);

    private static bool IsOptionsOrErrors(string text) =>
        IsAnswer(ConfigLoader.LoadText(text, "fuzz.conf", Configs.NoEnvironment, Overrides.None));

    private static bool IsAnswer(LoadResult result)
    {
        if (!result.IsValid)
            return result.Errors.Count > 0 && result.Errors.All(e => e.Message.Length > 0 && e.Line >= 0);
        var shown = ConfigText.Show(result.Config);
        var again = Configs.Load(shown);
        Assert.True(again.IsValid, string.Join('\n', again.Errors));
        Assert.Equal(shown, ConfigText.Show(again.Config));
        return true;
    }
}
