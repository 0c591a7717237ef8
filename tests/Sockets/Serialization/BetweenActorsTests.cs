using Akka.Configuration;
using Akka.TestKit.Xunit2;
using Anode.Sockets.Serialization;
using Xunit;

namespace Anode.Tests.Sockets.Serialization;

/// <summary>An actor system that serializes every message, with nothing but <see cref="SockSerializer.Config"/> added.</summary>
public sealed class BetweenActorsTests() : TestKit(SerializeAll.WithFallback(SockSerializer.Config))
{
    private static readonly Config SerializeAll = ConfigurationFactory.ParseString("akka { actor.serialize-messages = on, test.single-expect-default = 15s }");

    [Fact]
    public void Every_message_passes_between_two_actors_and_back()
    {
        var near = CreateTestProbe();
        var far = CreateTestProbe();
        foreach (var (message, _, _) in Golden.Table)
        {
            far.Ref.Tell(message, near.Ref);
            var there = far.ExpectMsg<object>();
            Assert.NotSame(message, there);
            Wire.AssertSame(message, there);

            far.Reply(there);
            Wire.AssertSame(message, near.ExpectMsg<object>());
        }
    }

    [Fact]
    public void Every_message_is_bound_to_the_serializer_and_found_again_by_identifier_and_manifest()
    {
        foreach (var (message, manifest, hex) in Golden.Table)
        {
            Assert.IsType<SockSerializer>(Sys.Serialization.FindSerializerFor(message));
            Wire.AssertSame(message, Sys.Serialization.Deserialize(Convert.FromHexString(hex), SockSerializer.Id, manifest));
        }
    }
}
