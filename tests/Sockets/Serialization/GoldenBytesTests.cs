using Anode.Messages;
using Anode.Sockets.Serialization;
using Xunit;

namespace Anode.Tests.Sockets.Serialization;

public sealed class GoldenBytesTests
{
    [Fact]
    public void Every_sample_has_the_approved_manifest_and_bytes()
    {
        var actual = Golden.Table.Select(sample => Line(Wire.Manifest(sample.Message), Wire.Write(sample.Message)));
        var approved = Golden.Table.Select(sample => $"{sample.Manifest} {sample.Hex}");

        Assert.Equal(string.Join('\n', approved), string.Join('\n', actual));
    }

    [Fact]
    public void Approved_bytes_read_as_the_sample()
    {
        foreach (var (message, manifest, hex) in Golden.Table)
            Wire.AssertSame(message, Wire.Read(manifest, Convert.FromHexString(hex)));
    }

    [Fact]
    public void Every_message_of_the_table_has_a_sample() =>
        Assert.Empty(MessageTable.Rows.Select(row => row.Type).Except(Golden.Table.Select(sample => sample.Message.GetType())));

    [Fact]
    public void Every_public_command_and_event_has_a_row_in_the_table()
    {
        Type[] contracts = [typeof(Sock.ICommand), typeof(Sock.IEvent), typeof(Endpoint.ICommand)];
        Type[] alone = [typeof(Endpoint.Status), typeof(Endpoint.Changed), typeof(Endpoint.Unavailable)];
        var messages = typeof(Sock).Assembly.GetExportedTypes()
            .Where(type => type.IsClass && contracts.Any(contract => contract.IsAssignableFrom(type)))
            .Concat(alone)
            .ToList();

        Assert.Empty(messages.Except(MessageTable.Rows.Select(row => row.Type)));
        Assert.Empty(MessageTable.Rows.Select(row => row.Type).Except(messages));
    }

    /// <summary>A record nested in Sock or Endpoint is a message or a known part of one; a new one must choose.</summary>
    [Fact]
    public void Every_other_public_record_is_a_known_part_of_a_message()
    {
        Type[] parts = [typeof(Sock.Options), typeof(Sock.KeepAlive), typeof(Sock.PeerCredentials), typeof(Endpoint.Failure)];
        var nested = typeof(Sock).GetNestedTypes().Concat(typeof(Endpoint).GetNestedTypes()).Where(type => type.IsClass);

        Assert.Empty(nested.Except(parts).Except(MessageTable.Rows.Select(row => row.Type)));
    }

    private static string Line(string manifest, byte[] bytes) => $"{manifest} {Convert.ToHexStringLower(bytes)}";
}
