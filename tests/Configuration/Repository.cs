namespace Anode.Tests.Configuration;

/// <summary>The source tree the tests were built from: the nearest folder above them with the root <c>hocon.conf</c>.</summary>
internal static class Repository
{
    public static readonly string Root = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "hocon.conf")))
                return folder.FullName;
        }

        throw new DirectoryNotFoundException($"no hocon.conf above {AppContext.BaseDirectory}");
    }
}
