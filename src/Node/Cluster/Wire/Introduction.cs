using Anode.Messages;
using Google.Protobuf;

namespace Anode.Cluster.Wire;

/// <summary>
/// Who connects: the one thing that has to be known of Akka's own protocol, for the port that a connection comes from is no member's.
/// </summary>
/// <remarks>
/// Akka.Remote's <c>WireFormats.proto</c>: <c>AkkaProtocolMessage { payload = 1, instruction = 2 }</c>, <c>AkkaControlMessage { commandType = 1, handshakeInfo = 2 }</c>,
/// <c>AkkaHandshakeInfo { origin = 1, uid = 2 }</c>, <c>AddressData { system = 1, hostname = 2, port = 3, protocol = 4 }</c>.
/// </remarks>
internal static class Introduction
{
    private const int Instruction = 2, HandshakeInfo = 2, Origin = 1, HostName = 2, Port = 3;

    /// <summary>Null: it does not say.</summary>
    public static NetAddress? OriginOf(ByteString message)
    {
        try
        {
            if (Field(Field(Field(message, Instruction), HandshakeInfo), Origin) is not { } origin)
                return null;
            var (host, port) = ("", 0);
            var input = origin.CreateCodedInput();
            for (uint tag; (tag = input.ReadTag()) != 0;)
            {
                switch (WireFormat.GetTagFieldNumber(tag))
                {
                    case HostName: host = input.ReadString(); break;
                    case Port: port = input.ReadInt32(); break;
                    default: input.SkipLastField(); break;
                }
            }

            return host.Length == 0 || port is <= 0 or > ushort.MaxValue ? null : NetAddress.HostPort(Scheme.Tcp, host, port);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private static ByteString? Field(ByteString? message, int number)
    {
        if (message is null)
            return null;
        var input = message.CreateCodedInput();
        for (uint tag; (tag = input.ReadTag()) != 0;)
        {
            if (WireFormat.GetTagFieldNumber(tag) == number && WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited)
                return input.ReadBytes();
            input.SkipLastField();
        }

        return null;
    }
}
