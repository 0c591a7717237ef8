using System.Buffers;
using System.Text;
using MessagePack;

namespace Anode.Sockets.Serialization;

/// <summary>
/// Reads arrays item by item. Every kind of item has a form that insists (<c>Int</c>) and one that takes a missing or nil
/// item as null (<c>IntOrNull</c>), so that <c>items.IntOrNull() ?? 512</c> says "optional, 512 by default".
/// </summary>
internal ref struct WireReader
{
    /// <summary>Our own messages go five deep: a failed command, its envelope, an open, its options, their keep-alive.</summary>
    public const int MaxDepth = 16;

    private static readonly MessagePackSecurity Security =
        MessagePackSecurity.UntrustedData.WithMaximumObjectGraphDepth(MaxDepth);

    /// <summary>MessagePack's own decoder replaces broken UTF-8, and two different inputs would then read as one name.</summary>
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private MessagePackReader _reader;
    private int _item;
    private int _items;

    private WireReader(ReadOnlyMemory<byte> bytes) => _reader = new MessagePackReader(bytes);

    /// <summary>Reads one record and insists that nothing follows it.</summary>
    public static T ReadWhole<T>(ReadOnlyMemory<byte> bytes, ReadItems<T> read) where T : class
    {
        var reader = new WireReader(bytes);
        var value = reader.ReadArray(read);
        return reader._reader.End ? value : throw new MessagePackSerializationException(
            $"it ends after {reader._reader.Consumed} bytes and others follow");
    }

    /// <summary>The array being read has items left: for lists, whose items are all alike.</summary>
    public readonly bool HasMore => _item < _items;

    public bool? BoolOrNull() => Next() ? _reader.ReadBoolean() : null;

    public bool Bool() => BoolOrNull() ?? throw Missing();

    public int? IntOrNull() => Next() ? _reader.ReadInt32() : null;

    public int Int() => IntOrNull() ?? throw Missing();

    public uint UInt() => Next() ? _reader.ReadUInt32() : throw Missing();

    public long? LongOrNull() => Next() ? _reader.ReadInt64() : null;

    public long Long() => LongOrNull() ?? throw Missing();

    /// <summary>A copy: the message may outlive the buffer it came in.</summary>
    public byte[] Bytes() => Next() ? _reader.ReadBytes()!.Value.ToArray() : throw Missing();

    public string? TextOrNull() => Next() ? StrictUtf8.GetString(_reader.ReadStringSequence()!.Value) : null;

    public string Text() => TextOrNull() ?? throw Missing();

    public TimeSpan? SpanOrNull() => LongOrNull() is { } ticks ? TimeSpan.FromTicks(ticks) : null;

    public TimeSpan Span() => SpanOrNull() ?? throw Missing();

    public DateTimeOffset? TimeOrNull() => Next() ? new DateTimeOffset(_reader.ReadDateTime(), TimeSpan.Zero) : null;

    public DateTimeOffset Time() => TimeOrNull() ?? throw Missing();

    public T? RecordOrNull<T>(ReadItems<T> read) where T : class => Next() ? ReadArray(read) : null;

    public T Record<T>(ReadItems<T> read) where T : class => RecordOrNull(read) ?? throw Missing();

    private readonly MessagePackSerializationException Missing() => new($"item {_item - 1} is missing");

    private bool Next() => _item++ < _items && !_reader.TryReadNil();

    private T ReadArray<T>(ReadItems<T> read)
    {
        var (item, items) = (_item, _items);
        Security.DepthStep(ref _reader);
        (_item, _items) = (0, _reader.ReadArrayHeader());
        var value = read(ref this);
        for (; _item < _items; _item++)
            Skip();
        _reader.Depth--;
        (_item, _items) = (item, items);
        return value;
    }

    /// <summary>
    /// Containers are walked here rather than by the library, so that what is skipped obeys the same bound of depth
    /// as what is read. Every step consumes a byte: a lying count ends with the bytes.
    /// </summary>
    private void Skip()
    {
        long children;
        switch (_reader.NextMessagePackType)
        {
            case MessagePackType.Array:
                children = _reader.ReadArrayHeader();
                break;
            case MessagePackType.Map:
                children = 2L * _reader.ReadMapHeader();
                break;
            default:
                _reader.Skip();
                return;
        }

        Security.DepthStep(ref _reader);
        for (; children > 0; children--)
            Skip();
        _reader.Depth--;
    }
}
