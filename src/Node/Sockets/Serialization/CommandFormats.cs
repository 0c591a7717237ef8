using Anode.Messages;
using MessagePack;

namespace Anode.Sockets.Serialization;

/// <summary>Items of <see cref="Sock.ICommand"/> records, in the order of their parameters. New items go to the end.</summary>
internal static class CommandFormats
{
    public static void Write(ref MessagePackWriter writer, Sock.Open open)
    {
        writer.WriteArrayHeader(4);
        writer.Write((int)open.Family);
        writer.Write((int)open.Kind);
        writer.Write(open.Protocol);
        writer.Write(open.Options);
    }

    public static Sock.Open ReadOpen(scoped ref WireReader items) => new(
        (Family)items.Int(),
        (SocketKind)items.Int(),
        items.IntOrNull() ?? 0,
        items.RecordOrNull(ValueFormats.ReadOptions));

    public static void Write(ref MessagePackWriter writer, Sock.Bind bind)
    {
        writer.WriteArrayHeader(1);
        writer.Write(bind.Address);
    }

    public static Sock.Bind ReadBind(scoped ref WireReader items) => new(items.Record(ValueFormats.ReadAddress));

    public static void Write(ref MessagePackWriter writer, Sock.Listen listen)
    {
        writer.WriteArrayHeader(2);
        writer.Write(listen.Backlog);
        writer.Write(listen.Pull);
    }

    public static Sock.Listen ReadListen(scoped ref WireReader items) =>
        new(items.IntOrNull() ?? Sock.Listen.DefaultBacklog, items.BoolOrNull() ?? false);

    public static void Write(ref MessagePackWriter writer, Sock.Accept accept)
    {
        writer.WriteArrayHeader(1);
        writer.Write(accept.Count);
    }

    public static Sock.Accept ReadAccept(scoped ref WireReader items) => new(items.IntOrNull() ?? 1);

    public static void Write(ref MessagePackWriter writer, Sock.Connect connect)
    {
        writer.WriteArrayHeader(2);
        writer.Write(connect.Address);
        writer.Write(connect.Timeout?.Ticks);
    }

    public static Sock.Connect ReadConnect(scoped ref WireReader items) =>
        new(items.Record(ValueFormats.ReadAddress), items.SpanOrNull());

    public static void Write(ref MessagePackWriter writer, Sock.ReadMore readMore)
    {
        writer.WriteArrayHeader(1);
        writer.Write(readMore.Credit);
    }

    public static Sock.ReadMore ReadReadMore(scoped ref WireReader items) =>
        new(items.LongOrNull() ?? Sock.ReadMore.DefaultCredit);

    public static void Write(ref MessagePackWriter writer, Sock.Send send)
    {
        writer.WriteArrayHeader(2);
        writer.Write(send.Bytes.Span);
        writer.Write(send.Receipt);
    }

    public static Sock.Send ReadSend(scoped ref WireReader items) => new(items.Bytes(), items.LongOrNull());

    public static void Write(ref MessagePackWriter writer, Sock.SendTo sendTo)
    {
        writer.WriteArrayHeader(3);
        writer.Write(sendTo.Bytes.Span);
        writer.Write(sendTo.Address);
        writer.Write(sendTo.Receipt);
    }

    public static Sock.SendTo ReadSendTo(scoped ref WireReader items) =>
        new(items.Bytes(), items.Record(ValueFormats.ReadAddress), items.LongOrNull());

    public static void Write(ref MessagePackWriter writer, Sock.Shutdown shutdown)
    {
        writer.WriteArrayHeader(1);
        writer.Write((int)shutdown.How);
    }

    public static Sock.Shutdown ReadShutdown(scoped ref WireReader items) =>
        new((Direction)(items.IntOrNull() ?? (int)Direction.Send));
}
