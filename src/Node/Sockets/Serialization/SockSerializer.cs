using System.Buffers;
using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;
using Anode.Messages;
using MessagePack;

namespace Anode.Sockets.Serialization;

/// <summary>
/// Carries every message of <c>Anode.Messages</c> between nodes, so that an actor elsewhere opens, owns and drives a socket
/// here with the records it would use at home.
/// </summary>
/// <remarks>
/// <para>A message is its manifest, a short code of <see cref="MessageTable"/>, and one MessagePack array with fixed
/// positions. A missing or nil item takes the default of the record's parameter, unknown trailing items are skipped: a
/// record can grow at its end, and nodes of two versions still understand each other.</para>
/// <para>Bytes are hostile until proven otherwise. Types come from the table, never from the bytes; lengths are held against
/// the bytes that are there before anything is allocated; nesting is bounded; whatever is wrong ends in a
/// <see cref="SerializationException"/>, which costs Akka.Remote one message; most others would cost it the association.</para>
/// </remarks>
internal sealed class SockSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    /// <summary>
    /// Travels with every message, hence fixed for good. Akka reserves 0–40 and its plug-ins use small or negative numbers;
    /// ours is the node's default port, which nobody picks by accident.
    /// </summary>
    public const int Id = 7400;

    private const string Name = "anode-sock";

    /// <summary>
    /// Binds the messages to this serializer. Interfaces are bound rather than each record, so that a record without a row in
    /// the table fails loudly here instead of falling back to Akka's JSON, which decodes types by name.
    /// </summary>
    public static Config Config { get; } = ConfigurationFactory.ParseString(
        $$"""
        akka.actor {
          serializers.{{Name}} = "{{NameOf(typeof(SockSerializer))}}"
          serialization-bindings {
            "{{NameOf(typeof(Sock.ICommand))}}" = {{Name}}
            "{{NameOf(typeof(Sock.IEvent))}}" = {{Name}}
            "{{NameOf(typeof(Endpoint.ICommand))}}" = {{Name}}
            "{{NameOf(typeof(Endpoint.Status))}}" = {{Name}}
            "{{NameOf(typeof(Endpoint.Changed))}}" = {{Name}}
            "{{NameOf(typeof(Endpoint.Unavailable))}}" = {{Name}}
          }
        }
        """);

    public override int Identifier => Id;

    public override string Manifest(object o) => MessageTable.For(o).Manifest;

    public override byte[] ToBinary(object obj)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(buffer);
        MessageTable.For(obj).Write(ref writer, obj);
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    public override object FromBinary(byte[] bytes, string manifest)
    {
        var row = MessageTable.Find(manifest)
            ?? throw new SerializationException($"'{manifest}' is not the manifest of any message this node knows");
        try
        {
            return WireReader.ReadWhole(bytes, row.Read);
        }
        catch (Exception e) when (IsMalformed(e))
        {
            throw new SerializationException($"{bytes.Length} bytes are not a valid '{manifest}' message: {e.Message}", e);
        }
    }

    /// <summary>
    /// In this order, what reading says to wrong types, to too few bytes, to large numbers, to broken UTF-8 and impossible
    /// dates, and to deep nesting. Anything else is a bug of ours and keeps its name.
    /// </summary>
    internal static bool IsMalformed(Exception e) =>
        e is MessagePackSerializationException or EndOfStreamException or OverflowException or ArgumentException
            or InsufficientExecutionStackException;

    private static string NameOf(Type type) => $"{type.FullName}, {type.Assembly.GetName().Name}";
}
