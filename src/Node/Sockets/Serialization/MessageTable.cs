using System.Collections.Frozen;
using System.Runtime.Serialization;
using Anode.Messages;
using MessagePack;
using static Anode.Sockets.Serialization.CommandFormats;
using static Anode.Sockets.Serialization.EndpointFormats;
using static Anode.Sockets.Serialization.EventFormats;

namespace Anode.Sockets.Serialization;

internal delegate void WriteMessage<in T>(ref MessagePackWriter writer, T message);

/// <summary>Reads the items of a record whose array header has been read.</summary>
internal delegate T ReadItems<out T>(scoped ref WireReader items);

/// <summary>One message on the wire: its type, its code, and how it is written and read.</summary>
internal sealed record MessageRow(Type Type, string Manifest, WriteMessage<object> Write, ReadItems<object> Read);

/// <summary>
/// Type ↔ manifest ↔ write ↔ read. A manifest is never changed and never given to another message, not even after its
/// message is gone: an older node may still send it.
/// </summary>
internal static class MessageTable
{
    public static readonly IReadOnlyList<MessageRow> Rows =
    [
        Row<Sock.Open>("open", Write, ReadOpen),
        Row<Sock.Bind>("bind", Write, ReadBind),
        Row<Sock.Listen>("listen", Write, ReadListen),
        Row<Sock.Accept>("accept", Write, ReadAccept),
        Row<Sock.Connect>("connect", Write, ReadConnect),
        Row<Sock.ReadMore>("read-more", Write, ReadReadMore),
        Row<Sock.Send>("send", Write, ReadSend),
        Row<Sock.SendTo>("send-to", Write, ReadSendTo),
        Row<Sock.Shutdown>("shutdown", Write, ReadShutdown),
        Signal("close", new Sock.Close()),
        Signal("abort", new Sock.Abort()),
        Signal("get-host-name", new Sock.GetHostName()),
        Signal("own", new Sock.Own()),

        Row<Sock.Opened>("opened", Write, ReadOpened),
        Row<Sock.Bound>("bound", Write, ReadBound),
        Row<Sock.Listening>("listening", Write, ReadListening),
        Row<Sock.Accepted>("accepted", Write, ReadAccepted),
        Row<Sock.Connected>("connected", Write, ReadConnected),
        Row<Sock.Received>("received", Write, ReadReceived),
        Row<Sock.ReceivedFrom>("received-from", Write, ReadReceivedFrom),
        Signal("peer-closed", new Sock.PeerClosed()),
        Row<Sock.Sent>("sent", Write, ReadSent),
        Row<Sock.SentTo>("sent-to", Write, ReadSentTo),
        Row<Sock.HostName>("host-name", Write, ReadHostName),
        Row<Sock.Closed>("closed", Write, ReadClosed),
        Row<Sock.CommandFailed>("failed", Write, ReadCommandFailed),

        Signal("ep-suspend", new Endpoint.Suspend()),
        Signal("ep-resume", new Endpoint.Resume()),
        Signal("ep-restart", new Endpoint.Restart()),
        Signal("ep-stop", new Endpoint.Stop()),
        Signal("ep-get-status", new Endpoint.GetStatus()),
        Row<Endpoint.Status>("ep-status", Write, ReadStatus),
        Row<Endpoint.Changed>("ep-changed", Write, ReadChanged),
        Row<Endpoint.Unavailable>("ep-unavailable", Write, ReadUnavailable),
    ];

    private static readonly FrozenDictionary<Type, MessageRow> ByType = Rows.ToFrozenDictionary(row => row.Type);
    private static readonly FrozenDictionary<string, MessageRow> ByManifest = Rows.ToFrozenDictionary(row => row.Manifest);

    public static MessageRow? Find(string? manifest) => ByManifest.GetValueOrDefault(manifest ?? "");

    public static MessageRow For(object message) => ByType.GetValueOrDefault(message.GetType())
        ?? throw new SerializationException($"{message.GetType()} has no row in the table of messages that may leave a process");

    private static MessageRow Row<T>(string manifest, WriteMessage<T> write, ReadItems<T> read) where T : class =>
        new(typeof(T), manifest, (ref writer, message) => write(ref writer, (T)message), read);

    /// <summary>A record without items: an empty array, and one instance for all, because it is immutable.</summary>
    private static MessageRow Signal<T>(string manifest, T instance) where T : class =>
        new(typeof(T), manifest, (ref writer, _) => writer.WriteArrayHeader(0), (scoped ref _) => instance);
}
