using System.Text;
using Anode.Messages;
using Anode.Sockets.Serialization;
using CsCheck;
using Xunit;

namespace Anode.Tests.Sockets.Serialization;

public sealed class RoundTripTests
{
    public static TheoryData<string> Manifests => new(MessageTable.Rows.Select(row => row.Manifest));

    [Theory, MemberData(nameof(Manifests))]
    public void Any_message_written_and_read_is_the_same_message(string manifest) =>
        MessageGen.ByType[MessageTable.Find(manifest)!.Type].Sample(message =>
        {
            var back = Wire.Read(manifest, Wire.Write(message));

            Wire.AssertSame(message, back);
            Assert.Equal(Wire.Write(message), Wire.Write(back));
        }, iter: 200);

    [Fact]
    public void Every_form_of_address_arrives_as_it_was() =>
        MessageGen.Address.Sample(address => Wire.AssertSame(new Sock.Bound(address), Wire.RoundTrip(new Sock.Bound(address))));

    [Fact]
    public void Time_in_another_zone_arrives_as_the_same_instant()
    {
        var at = new DateTimeOffset(2025, 6, 1, 14, 0, 0, TimeSpan.FromHours(2));
        var status = (Endpoint.Status)Golden.Table.First(sample => sample.Manifest is "ep-status").Message;

        var back = (Endpoint.Status)Wire.RoundTrip(status with { NextAttemptAt = at });

        Assert.Equal(at, back.NextAttemptAt);
        Assert.Equal(TimeSpan.Zero, back.NextAttemptAt!.Value.Offset);
    }

    [Fact]
    public void Bytes_of_a_message_are_its_own_and_not_the_buffer_it_came_in()
    {
        var buffer = Wire.Write(new Sock.Send("hello"u8.ToArray()));
        var send = (Sock.Send)Wire.Read("send", buffer);

        Array.Clear(buffer);

        Assert.Equal("hello", Encoding.UTF8.GetString(send.Bytes.Span));
    }
}
