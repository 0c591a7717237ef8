using Anode.Hosting.Configuration;
using Xunit;

namespace Anode.Tests.Configuration;

/// <summary>Loads text the way a file is loaded.</summary>
internal static class Configs
{
    public const string FileName = "lab.conf";

    public static readonly Dictionary<string, string> NoEnvironment = [];

    public static LoadResult Load(string text, Overrides? overrides = null, Dictionary<string, string>? environment = null) =>
        ConfigLoader.LoadText(text, FileName, environment ?? NoEnvironment, overrides ?? Overrides.None);

    public static NodeOptions Options(string text, Overrides? overrides = null, Dictionary<string, string>? environment = null)
    {
        var result = Load(text, overrides, environment);
        Assert.True(result.IsValid, string.Join('\n', result.Errors));
        return result.Config.Options;
    }

    public static string[] Errors(string text, Overrides? overrides = null, Dictionary<string, string>? environment = null)
    {
        var result = Load(text, overrides, environment);
        Assert.False(result.IsValid);
        Assert.NotEmpty(result.Errors);
        return [.. result.Errors.Select(e => e.ToString())];
    }

    public static string Error(string text, Overrides? overrides = null, Dictionary<string, string>? environment = null) =>
        Assert.Single(Errors(text, overrides, environment));

    public static Overrides Set(params string[] assignments) => new() { Set = assignments };
}
