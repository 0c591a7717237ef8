using System.Buffers;
using Anode.Messages;
using MessagePack;
using Xunit;

namespace Anode.Tests.Sockets.Serialization;

/// <summary>The wire is only ever extended at the end of an array: what an older and a newer node make of each other's messages.</summary>
public sealed class ExtensionTests
{
    private static readonly NetAddress Loopback = NetAddress.Parse("tcp://a:1");

    public static TheoryData<string, string, object> Shortened => new()
    {
        { "open", "920201", new Sock.Open(Family.Inet, SocketKind.Stream) },
        { "open", "94020100" + "90", new Sock.Open(Family.Inet, SocketKind.Stream, 0, Sock.Options.Default) },
        { "open", "94020100" + "91c2", new Sock.Open(Family.Inet, SocketKind.Stream, 0, new Sock.Options(NoDelay: false)) },
        { "listen", "90", new Sock.Listen() },
        { "listen", "9107", new Sock.Listen(7) },
        { "accept", "90", new Sock.Accept() },
        { "connect", "91" + "9300a16101", new Sock.Connect(Loopback) },
        { "bind", "91" + "9200a161", new Sock.Bind(Loopback.WithPort(0)) },
        { "read-more", "90", new Sock.ReadMore() },
        { "send", "91c40100", new Sock.Send(new byte[1]) },
        { "send-to", "92c40100" + "9300a16101", new Sock.SendTo(new byte[1], Loopback) },
        { "shutdown", "90", new Sock.Shutdown() },
        { "accepted", "9205" + "9300a16101", new Sock.Accepted(5, Loopback) },
        { "received-from", "92c40100" + "9300a16101", new Sock.ReceivedFrom(new byte[1], Loopback) },
        { "closed", "9101", new Sock.Closed(CloseReason.PeerClosed) },
    };

    public static TheoryData<string, string> Incomplete => new()
    {
        { "open", "91" + "02" },
        { "open", "92" + "02c0" },
        { "bind", "90" },
        { "bind", "91c0" },
        { "bind", "91" + "9100" },
        { "connect", "90" },
        { "send", "90" },
        { "send-to", "91c40100" },
        { "accepted", "9105" },
        { "connected", "9205" + "9300a16101" },
        { "sent", "90" },
        { "host-name", "90" },
        { "closed", "90" },
        { "failed", "93" + "92a36f776e90" + "01a5455045524d" },
        { "failed", "94" + "91a36f776e" + "01a5455045524da26e6f" },
        { "ep-changed", "90" },
        { "ep-unavailable", "92a16100" },
    };

    [Theory, MemberData(nameof(Shortened))]
    public void Missing_trailing_items_take_their_defaults(string manifest, string hex, object expected) =>
        Wire.AssertSame(expected, Wire.Read(manifest, Convert.FromHexString(hex)));

    [Theory, MemberData(nameof(Incomplete))]
    public void Missing_item_without_a_default_is_named(string manifest, string hex) =>
        Assert.Matches($"'{manifest}' message: item [0-9]+ is missing", Hostile.Refusal(manifest, Convert.FromHexString(hex)).Message);

    [Fact]
    public void Nil_stands_for_a_missing_item() =>
        Assert.Equal(new Sock.Listen(Pull: true), Wire.Read("listen", Convert.FromHexString("92c0c3")));

    [Fact]
    public void Unknown_trailing_items_are_skipped_in_every_message()
    {
        foreach (var (message, manifest, _) in Golden.Table)
            Wire.AssertSame(message, Wire.Read(manifest, WithUnknownItems(Wire.Write(message))));
    }

    [Theory]
    [InlineData("bind", "91" + "9400a16101" + "a36e6577")]
    [InlineData("bind", "91" + "9500a16101" + "c0" + "92a0a0")]
    public void Unknown_trailing_items_are_skipped_in_parts_of_a_message(string manifest, string hex) =>
        Assert.Equal(new Sock.Bind(Loopback), Wire.Read(manifest, Convert.FromHexString(hex)));

    [Theory]
    [InlineData("9103")]
    [InlineData("91cc03")]
    [InlineData("91cd0003")]
    [InlineData("91d200000003")]
    [InlineData("91d30000000000000003")]
    [InlineData("dc0001cf0000000000000003")]
    [InlineData("dd0000000103")]
    public void Any_valid_encoding_of_a_number_or_a_length_is_read(string hex) =>
        Assert.Equal(new Sock.Accept(3), Wire.Read("accept", Convert.FromHexString(hex)));

    [Fact]
    public void Close_reason_of_a_newer_node_arrives_as_its_number() =>
        Assert.Equal(new Sock.Closed((CloseReason)99, 5), Wire.Read("closed", Convert.FromHexString("926305")));

    /// <summary>One of each MessagePack type behind the items there are.</summary>
    private static byte[] WithUnknownItems(byte[] bytes)
    {
        var reader = new MessagePackReader(bytes);
        var known = reader.ReadArrayHeader();
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(buffer);
        writer.WriteArrayHeader(known + 8);
        writer.WriteRaw(bytes.AsSpan((int)reader.Consumed));
        writer.WriteNil();
        writer.Write(true);
        writer.Write(-5);
        writer.Write(2.5);
        writer.Write("new");
        writer.Write(new byte[] { 1, 2, 3 });
        writer.WriteArrayHeader(2);
        writer.WriteMapHeader(1);
        writer.Write("k");
        writer.WriteArrayHeader(0);
        writer.Write(DateTime.UnixEpoch);
        writer.WriteExtensionFormat(new ExtensionResult(42, new byte[9]));
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
