using System.Buffers;
using System.Globalization;
using System.Text;
using MessagePack;

namespace Anode.Tests.Support;

/// <summary>
/// MessagePack as text, read by the library, which knows nothing of the node's own reader: <c>[3,"lab.temp",'21.5',nil,{"k":"v"}]</c>.
/// Binary is in single quotes, or in hex where it is not printable ASCII.
/// </summary>
internal static class Notation
{
    public static string Of(ReadOnlyMemory<byte> body)
    {
        var reader = new MessagePackReader(body);
        var text = new StringBuilder();
        Write(ref reader, text);
        return reader.End ? text.ToString() : text.Append(" and bytes behind").ToString();
    }

    private static void Write(ref MessagePackReader reader, StringBuilder text)
    {
        switch (reader.NextMessagePackType)
        {
            case MessagePackType.Integer when reader.NextCode == MessagePackCode.UInt64:
                text.Append(CultureInfo.InvariantCulture, $"{reader.ReadUInt64()}");
                break;
            case MessagePackType.Integer:
                text.Append(CultureInfo.InvariantCulture, $"{reader.ReadInt64()}");
                break;
            case MessagePackType.Boolean:
                text.Append(reader.ReadBoolean() ? "true" : "false");
                break;
            case MessagePackType.String:
                text.Append('"').Append(Encoding.UTF8.GetString(reader.ReadStringSequence()!.Value)).Append('"');
                break;
            case MessagePackType.Binary:
                text.Append(OfBinary(reader.ReadBytes()!.Value.ToArray()));
                break;
            case MessagePackType.Array:
                Write(ref reader, text.Append('['), reader.ReadArrayHeader(), pairs: false);
                text.Append(']');
                break;
            case MessagePackType.Map:
                Write(ref reader, text.Append('{'), reader.ReadMapHeader(), pairs: true);
                text.Append('}');
                break;
            default:
                text.Append(reader.TryReadNil() ? "nil" : $"0x{Convert.ToHexString(reader.ReadRaw().ToArray())}");
                break;
        }
    }

    private static void Write(ref MessagePackReader reader, StringBuilder text, int count, bool pairs)
    {
        for (var i = 0; i < count; i++)
        {
            if (i > 0)
                text.Append(',');
            Write(ref reader, text);
            if (!pairs)
                continue;
            text.Append(':');
            Write(ref reader, text);
        }
    }

    private static string OfBinary(byte[] bytes) =>
        bytes.All(b => b is >= 0x20 and < 0x7F) ? $"'{Encoding.ASCII.GetString(bytes)}'" : $"0x{Convert.ToHexString(bytes)}";
}
