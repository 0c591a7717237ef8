using System.Globalization;

namespace Anode.Hosting.Configuration;

/// <summary>A block in which a key may be found, and its full key.</summary>
internal readonly record struct Scope(string Path, ConfigBlock Block)
{
    public Scope? Nested(string key) =>
        Block.Items.GetValueOrDefault(key) is ConfigBlock nested ? new Scope($"{Path}.{key}", nested) : null;
}

/// <summary>Tree → options. Notes every wrong value and goes on, so that one run names them all.</summary>
internal sealed class FieldReader<T> : Fields<T>
{
    private readonly Scope[] _scopes;
    private readonly ReadingContext _context;
    private readonly int _doubtsBefore;
    private readonly string? _withoutEffect;

    /// <param name="scopes">Where to look for a key, in this order; the first is the block being read, the last built in.</param>
    /// <param name="context">What all readers of one tree share.</param>
    public FieldReader(Scope[] scopes, ReadingContext context)
        : this(scopes, context, context.Doubts, null)
    {
    }

    private FieldReader(Scope[] scopes, ReadingContext context, int doubtsBefore, string? withoutEffect)
    {
        _scopes = scopes;
        _context = context;
        _doubtsBefore = doubtsBefore;
        _withoutEffect = withoutEffect;
    }

    private string Path => _scopes[0].Path;

    public override TValue Value<TValue>(string key, Func<T, TValue> now, ValueKind<TValue> kind)
    {
        NoteRead(key);
        var (path, scalar) = Find<ConfigScalar>(key);
        var value = scalar is null ? ParseAbsent(key, kind) : Parse(path, scalar, kind);
        return _withoutEffect is not null && _scopes[^1].Block.Items.GetValueOrDefault(key) is ConfigScalar builtIn
            ? Parse(path, builtIn, kind)
            : value;
    }

    public override ValueList<TValue> List<TValue>(string key, Func<T, ValueList<TValue>> now, ValueKind<TValue> kind)
    {
        NoteRead(key);
        var (path, list) = Find<ConfigList>(key);
        return [.. (list?.Items ?? []).OfType<ConfigScalar>().Select((item, i) => Parse(Item(path, i), item, kind))];
    }

    public override TBlock Block<TBlock>(string key, Func<T, TBlock> now, Func<Fields<TBlock>, TBlock> map) =>
        map(_withoutEffect is null
            ? new FieldReader<TBlock>([.. _scopes.Select(scope => scope.Nested(key)).OfType<Scope>()], _context)
            : new FieldReader<TBlock>(
                // Only what stands in the block itself is refused, so it comes first even where there is nothing.
                [_scopes[0].Nested(key) ?? new Scope($"{Path}.{key}", ConfigBlock.Empty(default)), .. _scopes[1..].Select(scope => scope.Nested(key)).OfType<Scope>()],
                _context, _doubtsBefore, _withoutEffect));

    public override TBlock? BlockOrOff<TBlock>(string key, Func<T, TBlock?> now, Func<Fields<TBlock>, TBlock> map)
        where TBlock : class
    {
        NoteRead(key);
        if (_withoutEffect is not null)
            return new FieldReader<T>(_scopes[^1..], _context).BlockOrOff(key, now, map);
        var (path, node) = Find<ConfigNode>(key);
        if (node is not ConfigScalar scalar)
            return Block(key, o => now(o)!, map);
        if (scalar.Text != "off")
            _context.Errors.Add(scalar.Origin.Error(path, $"{path} = '{scalar.Text}' is neither off nor a block {{ … }}"));
        return null;
    }

    public override ValueList<TItem> Items<TItem>(string key, Func<T, ValueList<TItem>> now, Func<Fields<TItem>, TItem> map)
    {
        NoteRead(key);
        var (path, list) = Find<ConfigList>(key);
        var defaults = _context.DefaultsOf(path);
        return [.. (list?.Items ?? []).Select((item, i) => (Item: item as ConfigBlock, Path: Item(path, i)))
            .Where(item => item.Item is not null)
            .Select(item => map(new FieldReader<TItem>([new Scope(item.Path, item.Item!), .. defaults], _context)))];
    }

    public override TPart Part<TPart>(Func<T, TPart> now, Func<Fields<TPart>, TPart> map) =>
        map(new FieldReader<TPart>(_scopes, _context, _doubtsBefore, _withoutEffect));

    /// <summary>
    /// Without effect, a key keeps the built-in default even where the user's own defaults for all items say otherwise: the
    /// options then are what <see cref="ConfigText"/> shows.
    /// </summary>
    public override Fields<T> Only(bool applies, string when) =>
        applies ? this : new FieldReader<T>(_scopes, _context, _doubtsBefore, when);

    /// <remarks>After a wrong value in this block the reason may itself be wrong, so it is not given.</remarks>
    public override void Require(bool valid, string key, string message, int? item = null)
    {
        if (valid || _context.Doubts > _doubtsBefore)
            return;
        var (_, node) = Find<ConfigNode>(key);
        if (item is { } i && node is ConfigList list && i < list.Items.Length)
            node = list.Items[i];
        var origin = node is null || node.Origin.File == ConfigLoader.BuiltInName ? _scopes[0].Block.Origin : node.Origin;
        _context.Errors.Add(origin.Error($"{Path}.{key}", message));
    }

    private TValue Parse<TValue>(string path, ConfigScalar scalar, ValueKind<TValue> kind)
    {
        var (value, wrong) = kind.Parse(scalar.Text);
        if (wrong is null)
            return value!;
        _context.Doubts++;
        _context.Errors.Add(scalar.Origin.Error(path, $"{path} = '{(kind.Secret ? ConfigText.Mask : scalar.Text)}' {wrong}"));
        return kind.Harmless;
    }

    /// <summary>
    /// Only what names an item (a name, an address, a user) has no default; those kinds say what they make of nothing.
    /// A key that is there with the wrong shape has been reported by <see cref="ConfigSchema"/>.
    /// </summary>
    private TValue ParseAbsent<TValue>(string key, ValueKind<TValue> kind)
    {
        var (value, wrong) = kind.Parse("");
        if (wrong is null)
            return value!;
        _context.Doubts++;
        if (!_scopes[0].Block.Items.ContainsKey(key))
            _context.Errors.Add(_scopes[0].Block.Origin.Error($"{Path}.{key}", $"{Path} has no {key}"));
        return kind.Harmless;
    }

    private (string Path, TNode? Node) Find<TNode>(string key) where TNode : ConfigNode
    {
        foreach (var (path, block) in _scopes)
        {
            if (block.Items.GetValueOrDefault(key) is TNode node)
                return ($"{path}.{key}", node);
        }

        return ($"{Path}.{key}", null);
    }

    private void NoteRead(string key)
    {
        foreach (var (path, _) in _scopes)
            _context.Read.Add($"{path}.{key}");
        if (_withoutEffect is not null && _context.Doubts == _doubtsBefore && _scopes[0].Block.Items.TryGetValue(key, out var given))
            _context.Errors.Add(given.Origin.Error($"{Path}.{key}", $"{Path}.{key} has no effect here: {_withoutEffect}"));
    }

    private static string Item(string path, int index) => string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]");
}
