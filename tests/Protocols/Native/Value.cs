using System.Buffers.Binary;
using System.Text;

namespace Anode.Tests.Protocols.Native;

/// <summary>A MessagePack value as meant, apart from how it is encoded: <see cref="Heads"/> has every legal way.</summary>
internal abstract record Value
{
    public static readonly Value Nil = new Fixed(0xC0);
    public static readonly Value True = new Fixed(0xC3);
    public static readonly Value False = new Fixed(0xC2);

    public static implicit operator Value(int number) => new Number(number);

    public static implicit operator Value(long number) => new Number(number);

    public static implicit operator Value(ulong number) => new Number(number);

    public static implicit operator Value(string text) => new Text(Encoding.UTF8.GetBytes(text));

    public static implicit operator Value(byte[] bytes) => new Binary(bytes);

    public static Value List(params Value[] items) => new Array(items);

    public static Value Map(params (Value Key, Value Value)[] pairs) =>
        new Pairs([.. pairs.SelectMany(p => new[] { p.Key, p.Value })]);

    /// <summary>Some bytes that are one value, however it came to be.</summary>
    public static Value Raw(params byte[] encoded) => new Fixed(encoded);

    /// <summary>The items of an array or a map, in order; none for others.</summary>
    public virtual Value[] Items => [];

    /// <summary>Every legal beginning, the shortest first; content or items follow.</summary>
    public abstract IReadOnlyList<byte[]> Heads();

    protected virtual byte[] Content => [];

    /// <summary>This value and all in it, in the order they are encoded.</summary>
    public IEnumerable<Value> Walk() => Items.SelectMany(item => item.Walk()).Prepend(this);

    public byte[] Encode() => Encode(_ => 0);

    /// <summary>Encodes, asking for the form of every value by its position in <see cref="Walk"/>.</summary>
    public byte[] Encode(Func<int, int> formOf)
    {
        var bytes = new List<byte>();
        var position = 0;
        Append(this);
        return [.. bytes];

        void Append(Value value)
        {
            var heads = value.Heads();
            bytes.AddRange(heads[formOf(position++) % heads.Count]);
            bytes.AddRange(value.Content);
            foreach (var item in value.Items)
                Append(item);
        }
    }

    protected static byte[] Head(byte first, int width, ulong number)
    {
        var head = new byte[1 + width];
        Span<byte> wide = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(wide, number);
        head[0] = first;
        wide[(8 - width)..].CopyTo(head.AsSpan(1));
        return head;
    }

    private static IReadOnlyList<byte[]> Sized(int length, params (byte First, int Width, int Longest)[] forms) =>
        [.. forms.Where(form => length <= form.Longest)
            .Select(form => form.Width == 0 ? [(byte)(form.First | length)] : Head(form.First, form.Width, (ulong)length))];

    private sealed record Fixed(params byte[] Encoded) : Value
    {
        public override IReadOnlyList<byte[]> Heads() => [Encoded];
    }

    private sealed record Number(Int128 Value) : Value
    {
        public override IReadOnlyList<byte[]> Heads()
        {
            var heads = new List<byte[]>();
            var bits = unchecked((ulong)Value);
            if (Value >= -32 && Value <= 127)
                heads.Add([unchecked((byte)Value)]);
            for (var power = 0; power < 4; power++)
            {
                var width = 1 << power;
                if (Value >= 0 && Value < Int128.One << (8 * width))
                    heads.Add(Head((byte)(0xCC + power), width, bits));
                if (Value >= -(Int128.One << (8 * width - 1)) && Value < Int128.One << (8 * width - 1))
                    heads.Add(Head((byte)(0xD0 + power), width, bits));
            }

            return heads;
        }
    }

    private sealed record Text(byte[] Utf8) : Value
    {
        protected override byte[] Content => Utf8;

        public override IReadOnlyList<byte[]> Heads() =>
            Sized(Utf8.Length, (0xA0, 0, 31), (0xD9, 1, 255), (0xDA, 2, 65535), (0xDB, 4, int.MaxValue));
    }

    private sealed record Binary(byte[] Bytes) : Value
    {
        protected override byte[] Content => Bytes;

        public override IReadOnlyList<byte[]> Heads() =>
            Sized(Bytes.Length, (0xC4, 1, 255), (0xC5, 2, 65535), (0xC6, 4, int.MaxValue));
    }

    private sealed record Array(Value[] Of) : Value
    {
        public override Value[] Items => Of;

        public override IReadOnlyList<byte[]> Heads() =>
            Sized(Of.Length, (0x90, 0, 15), (0xDC, 2, 65535), (0xDD, 4, int.MaxValue));
    }

    private sealed record Pairs(Value[] Of) : Value
    {
        public override Value[] Items => Of;

        public override IReadOnlyList<byte[]> Heads() =>
            Sized(Of.Length / 2, (0x80, 0, 15), (0xDE, 2, 65535), (0xDF, 4, int.MaxValue));
    }
}
