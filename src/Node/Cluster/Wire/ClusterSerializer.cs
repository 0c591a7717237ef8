using System.Buffers;
using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;
using Anode.Sockets.Serialization;
using MessagePack;

namespace Anode.Cluster.Wire;

/// <summary>Carries <see cref="IClusterMessage"/> between members, by the rules of <see cref="SockSerializer"/>.</summary>
internal sealed class ClusterSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    /// <summary>Travels with every message, hence fixed for good; beside the one of the sockets' messages.</summary>
    public const int Id = SockSerializer.Id + 1;

    public static Config Config { get; } = ConfigurationFactory.ParseString(
        $$"""
        akka.actor {
          serializers.anode-cluster = "{{NameOf(typeof(ClusterSerializer))}}"
          serialization-bindings { "{{NameOf(typeof(IClusterMessage))}}" = anode-cluster }
        }
        """);

    public override int Identifier => Id;

    public override string Manifest(object o) => ClusterFormats.For(o).Manifest;

    public override byte[] ToBinary(object obj)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(buffer);
        ClusterFormats.For(obj).Write(ref writer, obj);
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    public override object FromBinary(byte[] bytes, string manifest)
    {
        var row = ClusterFormats.Find(manifest)
            ?? throw new SerializationException($"'{manifest}' is not the manifest of anything members say");
        try
        {
            return WireReader.ReadWhole(bytes, row.Read);
        }
        catch (Exception e) when (SockSerializer.IsMalformed(e))
        {
            throw new SerializationException($"{bytes.Length} bytes are not a valid '{manifest}' message: {e.Message}", e);
        }
    }

    private static string NameOf(Type type) => $"{type.FullName}, {type.Assembly.GetName().Name}";
}
