using Anode.Messages;
using MessagePack;

namespace Anode.Sockets.Serialization;

/// <summary>
/// The parts messages are made of. Numbers are MessagePack integers, enums their numbers, durations ticks of 100 ns, points in
/// time MessagePack timestamps (UTC), absent values nil.
/// </summary>
/// <remarks>
/// An enum value this node does not know passes through: a newer node may close for a reason we have no name for, and an
/// unsupported family is for the socket to refuse with its errno. Only <see cref="Scheme"/> is checked, because an address
/// must not be taken for another one.
/// </remarks>
internal static class ValueFormats
{
    public static void Write(this ref MessagePackWriter writer, int? value)
    {
        if (value is { } number)
            writer.Write(number);
        else
            writer.WriteNil();
    }

    public static void Write(this ref MessagePackWriter writer, long? value)
    {
        if (value is { } number)
            writer.Write(number);
        else
            writer.WriteNil();
    }

    public static void Write(this ref MessagePackWriter writer, DateTimeOffset? value)
    {
        if (value is { } time)
            writer.Write(time.UtcDateTime);
        else
            writer.WriteNil();
    }

    /// <summary>
    /// <c>[scheme, host, port]</c> rather than the URI: a peer may be bound to a relative path, an unnamed or a binary abstract
    /// name, which no user can write as a URI and which must arrive all the same.
    /// </summary>
    public static void Write(this ref MessagePackWriter writer, NetAddress? address)
    {
        if (address is null)
        {
            writer.WriteNil();
            return;
        }

        writer.WriteArrayHeader(3);
        writer.Write((int)address.Scheme);
        writer.Write(address.Host);
        writer.Write(address.Port);
    }

    public static NetAddress ReadAddress(scoped ref WireReader items)
    {
        var (scheme, host, port) = ((Scheme)items.Int(), items.Text(), items.IntOrNull() ?? 0);
        if (!Enum.IsDefined(scheme))
            throw new MessagePackSerializationException($"{(int)scheme} is not the scheme of an address");
        if (port is < 0 or > 65535)
            throw new MessagePackSerializationException($"{port} is not a port");
        return NetAddress.HostPort(scheme, host, port);
    }

    public static void Write(this ref MessagePackWriter writer, Sock.Options? options)
    {
        if (options is null)
        {
            writer.WriteNil();
            return;
        }

        writer.WriteArrayHeader(options.Group is null ? 10 : 11);
        writer.Write(options.NoDelay);
        writer.Write(options.KeepAlive);
        writer.Write(options.ReceiveBufferBytes);
        writer.Write(options.SendBufferBytes);
        writer.Write(options.ReusePort);
        writer.Write(options.DualStack);
        writer.Write(options.Broadcast);
        writer.Write(options.UnixMode);
        writer.Write(options.SendQueueBytes);
        writer.Write(options.MaxDatagramBytes);
        if (options.Group is not null)
            writer.Write(options.Group);
    }

    public static Sock.Options ReadOptions(scoped ref WireReader items)
    {
        var missing = Sock.Options.Default;
        return new Sock.Options(
            NoDelay: items.BoolOrNull() ?? missing.NoDelay,
            KeepAlive: items.RecordOrNull(ReadKeepAlive),
            ReceiveBufferBytes: items.IntOrNull(),
            SendBufferBytes: items.IntOrNull(),
            ReusePort: items.BoolOrNull() ?? missing.ReusePort,
            DualStack: items.BoolOrNull() ?? missing.DualStack,
            Broadcast: items.BoolOrNull() ?? missing.Broadcast,
            UnixMode: items.IntOrNull(),
            SendQueueBytes: items.IntOrNull() ?? missing.SendQueueBytes,
            MaxDatagramBytes: items.IntOrNull() ?? missing.MaxDatagramBytes,
            Group: items.TextOrNull());
    }

    public static void Write(this ref MessagePackWriter writer, Sock.KeepAlive? keepAlive)
    {
        if (keepAlive is null)
        {
            writer.WriteNil();
            return;
        }

        writer.WriteArrayHeader(3);
        writer.Write(keepAlive.Idle.Ticks);
        writer.Write(keepAlive.Interval.Ticks);
        writer.Write(keepAlive.Probes);
    }

    public static Sock.KeepAlive ReadKeepAlive(scoped ref WireReader items) => new(items.Span(), items.Span(), items.Int());

    public static void Write(this ref MessagePackWriter writer, Sock.PeerCredentials? credentials)
    {
        if (credentials is null)
        {
            writer.WriteNil();
            return;
        }

        writer.WriteArrayHeader(3);
        writer.Write(credentials.ProcessId);
        writer.Write(credentials.UserId);
        writer.Write(credentials.GroupId);
    }

    public static Sock.PeerCredentials ReadCredentials(scoped ref WireReader items) =>
        new(items.Int(), items.UInt(), items.UInt());
}
