using System.Buffers;
using System.Text;
using Anode.Cli.Client;
using Anode.Cli.Rendering;
using Anode.Protocols.Native.Wire;
using CsCheck;
using Xunit;

namespace Anode.Tests.Cli;

public sealed class MessageFormatTests
{
    [Fact]
    public void Control_characters_do_not_reach_the_terminal_in_text()
    {
        Assert.Equal("[a] two\\nlines\\u001b[31m\\u0000\n", Show(Message("two\nlines\u001b[31m\0"), MessageFormat.Text));
    }

    [Fact]
    public void Payload_that_is_not_text_is_base64()
    {
        var message = Message("") with { Payload = new byte[] { 0xff, 0 } };

        Assert.Equal("[a] base64:/wA=\n", Show(message, MessageFormat.Text));
        Assert.Equal("{\"subject\":\"a\",\"payloadBase64\":\"/wA=\"}\n", Show(message, MessageFormat.Json));
    }

    [Fact]
    public void Text_is_one_line_for_any_payload_and_header()
    {
        Gen.Select(Gen.Byte.Array, Gen.String, Gen.String).Sample((payload, key, value) =>
        {
            var headers = HeaderMap.Build([KeyValuePair.Create(key, value)]);
            var shown = Show(Message("") with { Payload = payload, Headers = headers }, MessageFormat.Text);
            return shown.IndexOf('\n') == shown.Length - 1 && !shown[..^1].Any(char.IsControl);
        });
    }

    private static Delivered Message(string payload) => new(1, "a", Encoding.UTF8.GetBytes(payload), null, default);

    private static string Show(Delivered message, MessageFormat format)
    {
        var output = new ArrayBufferWriter<byte>();
        MessageFormats.Write(output, message, format);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
