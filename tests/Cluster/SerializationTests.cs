using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Serialization;
using Anode.Cluster;
using Anode.Cluster.Placement;
using Anode.Cluster.Wire;
using Anode.Messages;
using CsCheck;
using Xunit;

namespace Anode.Tests.Cluster;

/// <summary>What members say to each other, as bytes.</summary>
public sealed class SerializationTests : IAsyncLifetime
{
    private readonly ActorSystem _system = ActorSystem.Create("wire", ClusterSerializer.Config);

    public static TheoryData<string, string> Golden => new()
    {
        { "hello", "9807 A161 02 93 00 A9 3132372E302E302E31 CD1D4C C2 91 92 A4 6E617473 93 00 A1 68 01 C3 03" },
        { "refused", "92 A5 613A373530 07" },
        { "claim", "93 05 07 09" },
        { "promise", "9A 05 07 01 09 08 A1 61 91 A4 65646765 C3 91 93 A1 65 91 A4 65646765 91 A1 62 91 93 A1 65 05 02" },
        { "denied", "91 05" },
        { "report", "98 05 07 03 09 08 C3 04 91 93 A1 65 05 02" },
        { "assign", "96 05 07 03 09 08 91 93 A1 65 05 02" },
        { "placements", "93 05 04 91 94 A1 65 A1 61 05 02" },
        { "move", "92 A1 65 A1 61" },
        { "moved", "91 C0" },
    };

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _system.Terminate();

    [Theory]
    [MemberData(nameof(Golden))]
    public void Message_has_these_bytes_and_comes_back(string manifest, string bytes)
    {
        var message = Messages.First(message => ClusterFormats.For(message).Manifest == manifest);
        var serializer = Assert.IsType<ClusterSerializer>(_system.Serialization.FindSerializerFor(message));

        Assert.Equal(bytes.Replace(" ", ""), Convert.ToHexString(serializer.ToBinary(message)));
        var again = serializer.FromBinary(serializer.ToBinary(message), manifest);

        Assert.Equal(Convert.ToHexString(serializer.ToBinary(message)), Convert.ToHexString(serializer.ToBinary(again)));
        Assert.IsType(message.GetType(), again);
    }

    [Fact]
    public void Every_message_has_a_row_and_a_sample() =>
        Assert.Equal(
            typeof(IClusterMessage).Assembly.GetTypes().Where(type => type.IsClass && type.IsAssignableTo(typeof(IClusterMessage))).Select(type => type.Name).Order(StringComparer.Ordinal),
            Messages.Select(message => message.GetType().Name).Order(StringComparer.Ordinal));

    [Fact]
    public void Broken_bytes_are_a_serialization_exception_and_nothing_worse()
    {
        var serializer = (SerializerWithStringManifest)_system.Serialization.FindSerializerForType(typeof(Hello));
        Gen.Select(Gen.OneOfConst(Messages), Gen.Int[0, 60], Gen.Byte, Gen.Bool).Sample((message, at, value, cut) =>
        {
            var bytes = serializer.ToBinary(message);
            bytes = cut ? bytes[..(at % bytes.Length)] : bytes;
            if (!cut)
                bytes[at % bytes.Length] = value;
            try
            {
                serializer.FromBinary(bytes, serializer.Manifest(message));
            }
            catch (SerializationException)
            {
                // the only way to refuse
            }
        }, iter: 3000);
    }

    private static readonly IClusterMessage[] Messages =
    [
        new Hello(7, "a", 2, NetAddress.HostPort(Scheme.Tcp, "127.0.0.1", 7500), false, [new Door("nats", NetAddress.HostPort(Scheme.Tcp, "h", 1))], true, 3),
        new Refused("a:750", 7),
        new Claim(5, 7, 9),
        new Promise(5, 7, 1, 9, 8, "a", ["edge"], true, [new Declared("e", ["edge"], ["b"])], [new Held("e", new Epoch(5, 2))]),
        new Denied(5),
        new Report(5, 7, 3, 9, 8, true, 4, [new Held("e", new Epoch(5, 2))]),
        new Assign(5, 7, 3, 9, 8, [new Held("e", new Epoch(5, 2))]),
        new Placements(5, 4, [new Placed("e", "a", new Epoch(5, 2))]),
        new Move("e", "a"),
        new Moved(null),
    ];
}
