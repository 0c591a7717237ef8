using System.Text;

namespace Anode.Hosting.Configuration;

/// <summary>Options → HOCON, in the order the options' own <c>Map</c> names them.</summary>
internal sealed class FieldWriter<T>(T current, StringBuilder text, int depth, bool shown = true) : Fields<T>
{
    public override TValue Value<TValue>(string key, Func<T, TValue> now, ValueKind<TValue> kind)
    {
        var value = now(current);
        Line($"{key} = {Written(value, kind)}");
        return value;
    }

    public override ValueList<TValue> List<TValue>(string key, Func<T, ValueList<TValue>> now, ValueKind<TValue> kind)
    {
        var values = now(current);
        Line($"{key} = [{string.Join(", ", values.Select(value => Written(value, kind)))}]");
        return values;
    }

    public override TBlock Block<TBlock>(string key, Func<T, TBlock> now, Func<Fields<TBlock>, TBlock> map)
    {
        var block = now(current);
        Line($"{key} {{");
        map(new FieldWriter<TBlock>(block, text, depth + 1, shown));
        Line("}");
        return block;
    }

    public override TBlock? BlockOrOff<TBlock>(string key, Func<T, TBlock?> now, Func<Fields<TBlock>, TBlock> map)
        where TBlock : class
    {
        if (now(current) is not null)
            return Block(key, o => now(o)!, map);
        Line($"{key} = off");
        return null;
    }

    public override ValueList<TItem> Items<TItem>(string key, Func<T, ValueList<TItem>> now, Func<Fields<TItem>, TItem> map)
    {
        var items = now(current);
        if (items.Count == 0)
        {
            Line($"{key} = []");
            return items;
        }

        Line($"{key} = [");
        foreach (var item in items)
        {
            Line("  {");
            map(new FieldWriter<TItem>(item, text, depth + 2, shown));
            Line("  }");
        }

        Line("]");
        return items;
    }

    public override TPart Part<TPart>(Func<T, TPart> now, Func<Fields<TPart>, TPart> map)
    {
        var part = now(current);
        map(new FieldWriter<TPart>(part, text, depth, shown));
        return part;
    }

    public override Fields<T> Only(bool applies, string when) =>
        applies ? this : new FieldWriter<T>(current, text, depth, shown: false);

    public override void Require(bool valid, string key, string message, int? item = null)
    {
    }

    private static string Written<TValue>(TValue value, ValueKind<TValue> kind)
    {
        var written = kind.Format(value);
        return HoconText.Value(kind.Secret && written.Length > 0 ? ConfigText.Mask : written);
    }

    private void Line(string line)
    {
        if (shown)
            text.Append(' ', depth * 2).Append(line).Append('\n');
    }
}
