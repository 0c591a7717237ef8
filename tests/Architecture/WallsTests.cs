using Xunit;

namespace Anode.Tests.Architecture;

/// <summary>
/// Who may know whom. A room that does not appear on the left is free, except for sockets; Hosting composes and sees all.
/// </summary>
public sealed class WallsTests
{
    private const string Net = "System.Net.Sockets";

    private static readonly Wall[] Walls =
    [
        new("src/Messages/", ["Akka"]),
        new("src/Messages/", [Net], Passes: "System.Net.Sockets.AddressFamily"),
        new("src/Node/", [Net], Beyond: "src/Node/Sockets/"),
        new("src/Node/Sockets/", ["Anode.Routing", "Anode.Protocols", "Anode.Hosting", "Anode.Operations", "Anode.Cli"]),
        new("src/Node/Routing/", ["Anode.Sockets", "Anode.Protocols", "Akka"]),
        new("src/Node/Protocols/", ["Anode.Hosting", "Anode.Operations", "Anode.Cli"]),
        new("src/Node/Protocols/*/Wire/", ["Akka", "Anode.Sockets"]),
        new("src/Node/Operations/", ["Anode.Cli"]),
        new("src/Node/", ["Akka.Cluster", "Akka.Remote"], Beyond: "src/Node/Cluster/"),
        new("src/Node/Cluster/", ["Anode.Hosting", "Anode.Operations", "Anode.Protocols", "Anode.Routing", "Anode.Cli"]),
        new("src/Node/Discovery/", ["Anode.Hosting", "Anode.Operations", "Anode.Protocols", "Anode.Routing", "Anode.Mesh", "Anode.Cluster", "Anode.Cli"]),
        new("src/Node/Sockets/", ["Anode.Cluster"]),
        new("src/Node/Protocols/", ["Anode.Cluster"]),
        new("src/Node/Routing/", ["Anode.Cluster"]),
        // It drives nodes as their users do; what decides is pure.
        new("src/Node/Experiments/", ["Akka", "Anode.Mesh", "Anode.Cluster", "Anode.Operations", "Anode.Protocols.Relay"]),
        new("src/Node/Experiments/", ["Anode.Sockets", "Anode.Protocols", "System.Diagnostics"], Beyond: "src/Node/Experiments/Running/"),
    ];

    [Fact]
    public void No_room_mentions_a_room_behind_a_wall()
    {
        var root = Root();
        var files = Directory.EnumerateFiles(Path.Combine(root, "src"), "*.cs", SearchOption.AllDirectories)
            .Select(file => (Path: Path.GetRelativePath(root, file).Replace('\\', '/'), File: file))
            .Where(file => !file.Path.Contains("/obj/") && !file.Path.Contains("/bin/"))
            .ToList();
        Assert.Contains(files, file => file.Path is "src/Messages/NetAddress.cs");

        var offences = string.Join('\n', files.SelectMany(file => Offences(file.Path, File.ReadAllLines(file.File))));
        Assert.True(offences is "", offences);
    }

    [Theory]
    [InlineData("src/Messages/A.cs", "using Akka.Actor;")]
    [InlineData("src/Messages/A.cs", "using System.Net.Sockets;")]
    [InlineData("src/Messages/A.cs", "using Family = System.Net.Sockets.AddressFamilies;")]
    [InlineData("src/Messages/A.cs", "System.Net.Sockets.AddressFamily F(System.Net.Sockets.Socket s) => s.AddressFamily;")]
    [InlineData("src/Node/Program.cs", "global using System.Net.Sockets;")]
    [InlineData("src/Node/Hosting/A.cs", "catch (System.Net.Sockets.SocketException)")]
    [InlineData("src/Node/Protocols/Nats/A.cs", "using static System.Net.Sockets.SocketFlags;")]
    [InlineData("src/Node/Sockets/A.cs", "using Anode.Routing;")]
    [InlineData("src/Node/Sockets/Deep/A.cs", "    var subject = Routing.Subject.Parse(text);")]
    [InlineData("src/Node/Sockets/A.cs", "using Codec = Anode.Protocols.Native.Wire.Codec;")]
    [InlineData("src/Node/Sockets/A.cs", "global::Anode.Hosting.NodeOptions options")]
    [InlineData("src/Node/Sockets/A.cs", "namespace Anode.Operations;")]
    [InlineData("src/Node/Sockets/A.cs", "using Anode.Cli.Rendering;")]
    [InlineData("src/Node/Routing/A.cs", "using Anode.Sockets;")]
    [InlineData("src/Node/Routing/A.cs", "using Akka.Actor;")]
    [InlineData("src/Node/Routing/A.cs", "private readonly Protocols.Native.Session _session;")]
    [InlineData("src/Node/Protocols/Nats/A.cs", "using Anode.Operations;")]
    [InlineData("src/Node/Protocols/Native/Wire/A.cs", "using Anode.Sockets;")]
    [InlineData("src/Node/Protocols/Native/Wire/Deep/A.cs", "private Akka.Actor.IActorRef _owner;")]
    [InlineData("src/Node/Operations/A.cs", "using Anode.Cli;")]
    [InlineData("src/Node/Operations/A.cs", "using Akka.Cluster;")]
    [InlineData("src/Node/Cluster/A.cs", "using Anode.Protocols.Native;")]
    [InlineData("src/Node/Sockets/A.cs", "using Anode.Cluster;")]
    [InlineData("src/Node/Experiments/Running/A.cs", "using Akka.Actor;")]
    [InlineData("src/Node/Experiments/Accounting/A.cs", "using Anode.Sockets.Client;")]
    public void Planted_offence_is_named_with_file_and_line(string path, string offence)
    {
        var found = Assert.Single(Offences(path, ["using System;", "", offence]));

        Assert.StartsWith($"{path}:3 mentions ", found);
        Assert.EndsWith(": " + offence.Trim(), found);
    }

    [Theory]
    [InlineData("src/Messages/A.cs", "ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6")]
    [InlineData("src/Node/Sockets/A.cs", "using System.Net.Sockets;")]
    [InlineData("src/Node/Sockets/A.cs", "/// <summary>Knows nothing of Anode.Routing.</summary>")]
    [InlineData("src/Node/Sockets/A.cs", "var count = options.Routing.Count;")]
    [InlineData("src/Node/Sockets/A.cs", "using Anode.RoutingTables;")]
    [InlineData("src/Node/Routing/A.cs", "using Anode.Messages;")]
    [InlineData("src/Node/Protocols/Nats/A.cs", "using Anode.Sockets;")]
    [InlineData("src/Node/Protocols/Native/WireLog.cs", "using Akka.Actor;")]
    [InlineData("src/Node/Hosting/A.cs", "using Anode.Cli;")]
    [InlineData("src/Node/Operations/A.cs", "var akka = \"akka.actor\";")]
    public void Permitted_mention_passes(string path, string line) => Assert.Empty(Offences(path, [line]));

    private static IEnumerable<string> Offences(string path, string[] lines) =>
        Walls.SelectMany(wall => wall.Offences(path, lines));

    /// <summary>The tree these tests were built from, found upwards from where they run.</summary>
    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Node.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException($"no Node.sln above {AppContext.BaseDirectory}");
    }
}
