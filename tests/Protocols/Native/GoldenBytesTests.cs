using Anode.Protocols.Native.Wire;
using Xunit;

namespace Anode.Tests.Protocols.Native;

/// <summary>The wire as it is approved: these lines change only together with the protocol's version.</summary>
public class GoldenBytesTests
{
    private delegate int Write(Span<byte> destination, bool prefix);

    [Fact]
    public void Hello() => Golden(
        "92 01 81 A7 76657273696F6E 01",
        (to, prefix) => FrameWriter.Hello(to, prefix, new Hello()));

    [Fact]
    public void Hello_with_everything() => Golden(
        "92 01 89 A7 76657273696F6E 01 A4 6E616D65 A1 6E A5 746F6B656E A1 74 A4 75736572 A1 75 A8 70617373776F7264 A1 70"
        + "A4 6563686F C2 A8 70726F6475636572 A2 7031 A6 636F6F6B6965 C4 02 0102 AC 6865617274626561745F6D73 CD 1388",
        (to, prefix) => FrameWriter.Hello(to, prefix, new Hello
        {
            Name = "n",
            Token = "t",
            User = "u",
            Password = "p",
            Echo = false,
            Producer = "p1",
            Cookie = [1, 2],
            HeartbeatMs = 5000,
        }));

    [Fact]
    public void Welcome() => Golden(
        "92 02 88 A7 76657273696F6E 01 A4 6E6F6465 A1 61 AA 636F6E6E656374696F6E A2 3137 A5 696E626F78 A1 69"
        + "A8 686F73746E616D65 A1 68 A7 61646472657373 A3 613A31 AB 6D61785F7061796C6F6164 CE 00100000"
        + "AC 6865617274626561745F6D73 CD 7530",
        (to, prefix) => FrameWriter.Welcome(to, prefix, SmallWelcome));

    [Fact]
    public void Welcome_with_addresses() => Golden(
        "92 02 89 A7 76657273696F6E 01 A4 6E6F6465 A1 61 AA 636F6E6E656374696F6E A2 3137 A5 696E626F78 A1 69"
        + "A8 686F73746E616D65 A1 68 A7 61646472657373 A3 613A31 AB 6D61785F7061796C6F6164 CE 00100000"
        + "AC 6865617274626561745F6D73 CD 7530"
        + "A9 616464726573736573 91 A1 62",
        (to, prefix) => FrameWriter.Welcome(to, prefix, SmallWelcome with { Addresses = ["b"] }));

    [Fact]
    public void Msg() => Golden(
        "93 03 A8 6C61622E74656D70 C4 04 32312E35",
        (to, prefix) => FrameWriter.Msg(to, prefix, "lab.temp"u8, "21.5"u8));

    [Fact]
    public void Msg_with_a_text_and_a_reply() => Golden(
        "94 03 A1 61 A2 6869 A1 72",
        (to, prefix) => FrameWriter.Msg(to, prefix, "a"u8, "hi"u8, payloadIsString: true, reply: "r"u8));

    [Fact]
    public void Msg_with_headers_alone() => Golden(
        "95 03 A1 61 C4 00 C0 81 A6 737461747573 A3 353033",
        (to, prefix) => FrameWriter.Msg(to, prefix, "a"u8, default, headers: HeaderMap.NoResponders));

    [Fact]
    public void Sub() => Golden("93 04 01 A5 6C61622E2A", (to, prefix) => FrameWriter.Sub(to, prefix, 1, "lab.*"u8));

    [Fact]
    public void Sub_with_a_queue() => Golden(
        "94 04 01 A1 3E A1 71",
        (to, prefix) => FrameWriter.Sub(to, prefix, 1, ">"u8, "q"u8));

    [Fact]
    public void Sub_with_a_maximum_alone() => Golden(
        "95 04 01 A1 3E C0 05",
        (to, prefix) => FrameWriter.Sub(to, prefix, 1, ">"u8, max: 5));

    [Fact]
    public void Unsub() => Golden("92 05 01", (to, prefix) => FrameWriter.Unsub(to, prefix, 1));

    [Fact]
    public void Unsub_with_a_maximum() => Golden("93 05 01 CC 80", (to, prefix) => FrameWriter.Unsub(to, prefix, 1, 128));

    [Fact]
    public void To() => Golden("94 06 07 A1 61 C4 01 FF", (to, prefix) => FrameWriter.To(to, prefix, 7, "a"u8, [0xFF]));

    [Fact]
    public void To_of_no_responders() => Golden(
        "96 06 00 A1 72 C4 00 C0 81 A6 737461747573 A3 353033",
        (to, prefix) => FrameWriter.To(to, prefix, 0, "r"u8, default, headers: HeaderMap.NoResponders));

    [Fact]
    public void Ping() => Golden("91 07", (to, prefix) => FrameWriter.Ping(to, prefix));

    [Fact]
    public void Pong() => Golden("92 08 CD 0005", (to, prefix) => FrameWriter.Pong(to, prefix, [0xCD, 0, 5]));

    [Fact]
    public void Ok() => Golden("93 09 2A 81 A9 726563656976657273 03", (to, prefix) => FrameWriter.Ok(to, prefix, 42, 3));

    [Fact]
    public void Ok_without_info() => Golden(
        "92 09 CF FFFFFFFFFFFFFFFF",
        (to, prefix) => FrameWriter.Ok(to, prefix, ulong.MaxValue));

    [Fact]
    public void Err() => Golden(
        "93 0A A9 6261642D6672616D65 A2 6E6F",
        (to, prefix) => FrameWriter.Err(to, prefix, ErrorCode.BadFrame, "no"));

    [Fact]
    public void Err_with_an_id() => Golden("94 0A A1 63 A1 74 07", (to, prefix) => FrameWriter.Err(to, prefix, "c", "t", 7));

    [Fact]
    public void Bye() => Golden("92 0B A3 627965", (to, prefix) => FrameWriter.Bye(to, prefix, "bye"));

    [Fact]
    public void Bye_with_everything() => Golden(
        "94 0B A1 72 CD 07D0 92 A1 62 A1 63",
        (to, prefix) => FrameWriter.Bye(to, prefix, "r", 2000, ["b", "c"]));

    [Fact]
    public void Bye_with_addresses_alone() => Golden(
        "94 0B A1 72 C0 91 A1 62",
        (to, prefix) => FrameWriter.Bye(to, prefix, "r", null, ["b"]));

    [Fact]
    public void Put() => Golden(
        "95 0C 07 A1 61 C4 01 62 A1 72",
        (to, prefix) => FrameWriter.Put(to, prefix, 7, "a"u8, "b"u8, reply: "r"u8));

    [Fact]
    public void Retry() => Golden("92 0D C4 03 010203", (to, prefix) => FrameWriter.Retry(to, prefix, [1, 2, 3]));

    private static readonly Welcome SmallWelcome = new()
    {
        Node = "a",
        Connection = "17",
        Inbox = "i",
        Hostname = "h",
        Address = "a:1",
        MaxPayload = 1 << 20,
        HeartbeatMs = 30_000,
    };

    private static void Golden(string hex, Write write)
    {
        var expected = hex.Replace(" ", "");
        Span<byte> buffer = new byte[512];
        var body = Convert.ToHexString(buffer[..write(buffer, false)]);
        Assert.Equal(expected, body);
        Assert.Equal((expected.Length / 2).ToString("X8") + expected, Convert.ToHexString(buffer[..write(buffer, true)]));
    }
}
