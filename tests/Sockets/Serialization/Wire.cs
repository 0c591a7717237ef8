using Akka.Actor;
using Anode.Messages;
using Anode.Sockets.Serialization;
using Xunit;

namespace Anode.Tests.Sockets.Serialization;

/// <summary>The serializer as the tests see it: no actor system, because it needs none to write and read.</summary>
internal static class Wire
{
    private static readonly SockSerializer Serializer = new((ExtendedActorSystem)null!);

    public static string Manifest(object message) => Serializer.Manifest(message);

    public static byte[] Write(object message) => Serializer.ToBinary(message);

    public static object Read(string manifest, byte[] bytes) => Serializer.FromBinary(bytes, manifest);

    public static object RoundTrip(object message) => Read(Manifest(message), Write(message));

    /// <summary>Equality of records, except that memory is compared by its bytes and not by where it lies.</summary>
    public static void AssertSame(object expected, object actual)
    {
        switch (expected, actual)
        {
            case (Sock.Send one, Sock.Send other):
                Assert.Equal(one.Bytes.ToArray(), other.Bytes.ToArray());
                Assert.Equal(one, other with { Bytes = one.Bytes });
                break;
            case (Sock.SendTo one, Sock.SendTo other):
                Assert.Equal(one.Bytes.ToArray(), other.Bytes.ToArray());
                Assert.Equal(one, other with { Bytes = one.Bytes });
                break;
            case (Sock.Received one, Sock.Received other):
                Assert.Equal(one.Bytes.ToArray(), other.Bytes.ToArray());
                break;
            case (Sock.ReceivedFrom one, Sock.ReceivedFrom other):
                Assert.Equal(one.Bytes.ToArray(), other.Bytes.ToArray());
                Assert.Equal(one, other with { Bytes = one.Bytes });
                break;
            case (Sock.CommandFailed one, Sock.CommandFailed other):
                AssertSame(one.Command, other.Command);
                Assert.Equal(one, other with { Command = one.Command });
                break;
            default:
                Assert.Equal(expected, actual);
                break;
        }
    }
}
