using Anode.Hosting.Configuration;
using Xunit;

namespace Anode.Tests.Configuration;

public sealed class ExampleConfigTests
{
    public static TheoryData<string> Examples => [.. Directory.GetFiles(Folder, "*.conf", SearchOption.AllDirectories)
        .Select(f => Path.GetRelativePath(Folder, f))
        .Where(f => !f.StartsWith("experiments", StringComparison.Ordinal))]; // those are scenarios, with a test of their own

    private static string Folder => Path.Combine(Repository.Root, "config");

    [Theory]
    [MemberData(nameof(Examples))]
    public void Example_loads(string name)
    {
        var result = ConfigLoader.Check(Path.Combine(Repository.Root, "config", name));
        Assert.True(result.IsValid, string.Join('\n', result.Errors));
        Assert.NotEmpty(result.Config.Options.Listeners);
    }

    [Fact]
    public void Root_configuration_loads_as_a_file_of_its_own_and_changes_nothing() =>
        Assert.Equal(
            ConfigLoader.Load(null, Configs.NoEnvironment, Overrides.None).Config!.Options,
            ConfigLoader.Check(Path.Combine(Repository.Root, "hocon.conf")).Config!.Options);

    [Fact]
    public void Locked_down_lets_nobody_in_without_a_token()
    {
        var options = ConfigLoader.Check(Path.Combine(Repository.Root, "config", "locked-down.conf")).Config!.Options;
        Assert.NotEmpty(options.Security.Tokens);
        Assert.NotEmpty(options.Http.Token);
        Assert.All(options.Listeners, l => Assert.Equal(Messages.SocketKind.Stream, l.Address.Kind));
    }
}
