using System.Text;
using Anode.Protocols.Native.Wire;
using Anode.Protocols.Nats.Wire;
using Xunit;

namespace Anode.Tests.Protocols.Nats;

/// <summary>Headers between the two protocols; maps are written <c>key=value|value;key=value</c>.</summary>
public class HeaderBlockTests
{
    [Theory]
    [InlineData("NATS/1.0\r\n\r\n", "")]
    [InlineData("NATS/1.0\r\nA: b\r\n\r\n", "A=b")]
    [InlineData("NATS/1.0\r\nA:b\r\nA:  c \r\nB:\r\n\r\n", "A=b|c;B=")]
    [InlineData("NATS/1.0 503\r\n\r\n", "status=503")]
    [InlineData("NATS/1.0 404 No Messages\r\nX: y\r\n\r\n", "status=404;description=No Messages;X=y")]
    [InlineData("NATS/1.0\r\nno colon\r\n: no key\r\nA: b", "A=b")]
    [InlineData("garbage", "")]
    public void Block_becomes_a_map(string block, string map) => Assert.Equal(map, Text(HeaderBlock.ToMap(Encoding.Latin1.GetBytes(block))));

    [Fact]
    public void Bytes_that_are_not_text_become_replacement_characters() =>
        Assert.Equal("A=\ufffdx", Text(HeaderBlock.ToMap([.. "NATS/1.0\r\nA: "u8, 0xff, (byte)'x', .. "\r\n\r\n"u8])));

    [Theory]
    [InlineData("A=b", "NATS/1.0\r\nA: b\r\n\r\n")]
    [InlineData("A=b|c;B=", "NATS/1.0\r\nA: b\r\nA: c\r\nB: \r\n\r\n")]
    [InlineData("status=503", "NATS/1.0 503\r\n\r\n")]
    [InlineData("status=404;description=No Messages;X=y", "NATS/1.0 404 No Messages\r\nX: y\r\n\r\n")]
    [InlineData("status=fine", "NATS/1.0\r\nstatus: fine\r\n\r\n")]
    [InlineData("A:b\r\n c=d\r\ne", "NATS/1.0\r\nA_b___c: d  e\r\n\r\n")]
    public void Map_becomes_a_block_that_cannot_be_broken_out_of(string map, string block)
    {
        var raw = Map(map);
        var room = new byte[HeaderBlock.SizeOfFromMap(raw)];
        Assert.Equal(block, Encoding.UTF8.GetString(room, 0, HeaderBlock.FromMap(room, raw)));
    }

    private static byte[] Map(string text) => HeaderMap.Build(text.Split(';').Select(pair => pair.Split('=')).SelectMany(
        pair => pair[1].Split('|'), (pair, value) => KeyValuePair.Create(pair[0], value)));

    private static string Text(byte[] raw)
    {
        var pairs = new List<string>();
        foreach (var header in HeaderMap.Enumerate(raw))
        {
            var values = new List<string>();
            foreach (var value in header.Values)
                values.Add(Encoding.UTF8.GetString(value));
            pairs.Add($"{Encoding.UTF8.GetString(header.Key)}={string.Join('|', values)}");
        }

        return string.Join(';', pairs);
    }
}
