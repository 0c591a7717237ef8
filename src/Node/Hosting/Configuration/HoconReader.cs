using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Anode.Hosting.Configuration;

/// <summary>
/// Tokens → tree. Pure. Takes the plain part of HOCON: blocks, lists, one value per key, later keys win and blocks merge.
/// Where HOCON would join several values into one, it refuses rather than guesses.
/// </summary>
internal sealed class HoconReader
{
    /// <summary>Keys within keys and lists within lists. Akka's reader recurses for each (a stack of 8 MiB is gone after some 8,000), and so does this one.</summary>
    public const int MaxDepth = 64;

    private readonly HoconScanner _scanner;
    private readonly string _file;
    private readonly bool _hasLines;
    private HoconToken _token;
    private string _key = "";

    private HoconReader(string text, string file, bool hasLines)
    {
        _scanner = new HoconScanner(text);
        _file = file;
        _hasLines = hasLines;
    }

    /// <summary>Reads a whole file.</summary>
    public static bool TryReadDocument(
        string text, string file, [NotNullWhen(true)] out ConfigBlock? root, [NotNullWhen(false)] out ConfigError? error) =>
        new HoconReader(text, file, hasLines: true).TryRead(reader => reader.Document(), out root, out error);

    /// <summary>Reads one value, as it may stand in an environment variable or behind <c>--set key=</c>.</summary>
    public static bool TryReadValue(
        string text, Origin origin, [NotNullWhen(true)] out ConfigNode? value, [NotNullWhen(false)] out ConfigError? error) =>
        new HoconReader(text, origin.File, hasLines: false).TryRead(reader => reader.SingleValue(), out value, out error);

    /// <summary>Reads the key of <c>--set key=value</c>.</summary>
    public static bool TryReadKey(
        string text, Origin origin, [NotNullWhen(true)] out string[]? path, [NotNullWhen(false)] out ConfigError? error) =>
        new HoconReader(text, origin.File, hasLines: false).TryRead(reader => reader.SingleKey(), out path, out error);

    private bool TryRead<T>(Func<HoconReader, T> read, [NotNullWhen(true)] out T? result, [NotNullWhen(false)] out ConfigError? error)
        where T : class
    {
        try
        {
            Advance();
            result = read(this);
            error = null;
            return true;
        }
        catch (HoconSyntaxException e)
        {
            result = null;
            error = At(e.Line).Error(e.Key.Length > 0 ? e.Key : _key, e.Message);
            return false;
        }
    }

    private ConfigBlock Document()
    {
        SkipNewLines();
        var root = _token.Kind == TokenKind.OpenBrace ? Block(0, "") : Fields(0, "", open: null);
        SkipNewLines();
        if (_token.Kind != TokenKind.End)
            throw Refuse(_token.Kind is TokenKind.CloseBrace or TokenKind.CloseBracket
                ? $"'{_token.Text}' closes nothing"
                : $"'{_token.Text}' behind the end of the outermost block");
        return root;
    }

    private ConfigNode SingleValue()
    {
        SkipNewLines();
        var value = Value(0, "");
        SkipNewLines();
        return _token.Kind == TokenKind.End ? value : throw Refuse($"'{_token.Text}' behind the end of the value");
    }

    private string[] SingleKey()
    {
        var path = Path(0);
        return _token.Kind == TokenKind.End ? path : throw Refuse($"'{_token.Text}' does not belong into a key");
    }

    private ConfigBlock Block(int depth, string parent)
    {
        var open = _token;
        Advance();
        var block = Fields(depth, parent, open);
        Advance();
        return block;
    }

    private ConfigBlock Fields(int depth, string parent, HoconToken? open)
    {
        var block = ConfigBlock.Empty(At((open ?? _token).Line));
        SkipNewLines();
        while (!AtEndOf(open, TokenKind.CloseBrace))
        {
            block = Field(block, depth, parent);
            Separator(open, TokenKind.CloseBrace);
        }

        return block;
    }

    private ConfigBlock Field(ConfigBlock block, int depth, string parent)
    {
        _key = parent;
        var line = _token.Line;
        var path = Path(depth);
        _key = parent.Length == 0 ? KeyPath.Join(path) : $"{parent}.{KeyPath.Join(path)}";
        switch (_token.Kind)
        {
            case TokenKind.Assign:
                Advance();
                return block.With(path, Value(depth + path.Length, _key));
            case TokenKind.OpenBrace:
                return block.With(path, OnlyOne(Block(depth + path.Length, _key)));
            case TokenKind.Word or TokenKind.Quoted when path is ["include"]:
                throw new HoconSyntaxException(line, _key, "include is not supported: one file holds it all, or give values by environment or --set");
            case TokenKind.Word or TokenKind.Quoted:
                throw Refuse($"a key has no spaces: did you forget '=' behind '{_key}', or quotes around it?");
            default:
                throw new HoconSyntaxException(line, _key, $"'{_key}' has no value: write {_key} = … or {_key} {{ … }}");
        }
    }

    private string[] Path(int depth)
    {
        if (_token.Kind is not (TokenKind.Word or TokenKind.Quoted))
            throw Refuse($"expected a key, found '{Shown(_token)}'");
        var parts = new List<string>();
        var part = "";
        var quoted = false;
        var end = _token.Start;
        for (; _token.Kind is TokenKind.Word or TokenKind.Quoted && _token.Start == end; Advance())
        {
            end = _token.End;
            if (_token.Kind == TokenKind.Quoted)
            {
                part += _token.Text;
                quoted = true;
                continue;
            }

            var pieces = _token.Text.Split('.');
            for (var i = 0; i < pieces.Length; i++)
            {
                if (i > 0)
                    AddPart();
                part += pieces[i];
            }
        }

        AddPart();
        return [.. parts];

        void AddPart()
        {
            if (part.Length == 0)
                throw Refuse(quoted ? "an empty key" : "a key with an empty part: dots stand between names");
            parts.Add(part);
            (part, quoted) = ("", false);
            RefuseDeeperThan(depth + parts.Count);
        }
    }

    private ConfigNode Value(int depth, string key)
    {
        _key = key;
        var (token, line) = (_token, _token.Line);
        switch (token.Kind)
        {
            case TokenKind.OpenBrace:
                return OnlyOne(Block(depth, key));
            case TokenKind.OpenBracket:
                var list = List(depth + 1, key);
                return OnlyOne(list);
            case TokenKind.Quoted:
                Advance();
                return OnlyOne(new ConfigScalar(token.Text, At(line)));
            case TokenKind.Word:
                return Words();
            default:
                throw new HoconSyntaxException(line, key, key.Length == 0 ? "no value" : $"'{key}' has no value: write \"\" for an empty text");
        }
    }

    private ConfigScalar Words()
    {
        var (start, end, line) = (_token.Start, _token.End, _token.Line);
        for (; _token.Kind == TokenKind.Word; Advance())
            end = _token.End;
        var text = _scanner.Source[start..end];
        if (_token.Kind == TokenKind.Assign && _token.Start == end)
            throw Refuse($"'{text}{_token.Text}' outside quotes: put the whole value in quotes, as in \"tcp://127.0.0.1:7400\"");
        if (text == "null")
            throw Refuse("null is not supported: leave the key out to get its default, or write \"\" for an empty text");
        return (ConfigScalar)OnlyOne(new ConfigScalar(text, At(line)));
    }

    private ConfigList List(int depth, string key)
    {
        RefuseDeeperThan(depth);
        var open = _token;
        Advance();
        var items = ImmutableArray.CreateBuilder<ConfigNode>();
        SkipNewLines();
        while (!AtEndOf(open, TokenKind.CloseBracket))
        {
            items.Add(Value(depth, string.Create(CultureInfo.InvariantCulture, $"{key}[{items.Count}]")));
            _key = key;
            Separator(open, TokenKind.CloseBracket);
        }

        Advance();
        return new ConfigList(items.ToImmutable(), At(open.Line));
    }

    /// <summary>A value ends its line, its list or its block; HOCON would join what follows on the same line to it.</summary>
    private ConfigNode OnlyOne(ConfigNode value) =>
        _token.Kind is TokenKind.Word or TokenKind.Quoted or TokenKind.OpenBrace or TokenKind.OpenBracket or TokenKind.Assign
            ? throw Refuse($"'{Shown(_token)}' behind a value that is complete: one value per key; put text with spaces or special characters in one pair of quotes")
            : value;

    private void Separator(HoconToken? open, TokenKind close)
    {
        var any = _token.Kind == TokenKind.NewLine;
        SkipNewLines();
        if (_token.Kind == TokenKind.Comma)
        {
            any = true;
            Advance();
            SkipNewLines();
        }

        if (!any && !AtEndOf(open, close))
            throw Refuse($"expected a new line or a comma, found '{Shown(_token)}'");
    }

    private bool AtEndOf(HoconToken? open, TokenKind close)
    {
        switch (_token.Kind)
        {
            case TokenKind.End:
                return open is null ? true : throw new HoconSyntaxException(
                    open.Value.Line, _key, $"the '{open.Value.Text}' opened here (column {open.Value.Column}) is never closed");
            case TokenKind.CloseBrace or TokenKind.CloseBracket when open is null:
                throw Refuse($"'{_token.Text}' closes nothing");
            case TokenKind.CloseBrace or TokenKind.CloseBracket when _token.Kind != close:
                throw Refuse($"'{_token.Text}' where the '{open.Value.Text}' opened in line {open.Value.Line}, column {open.Value.Column} should be closed first");
            default:
                return _token.Kind == close;
        }
    }

    private void RefuseDeeperThan(int depth)
    {
        if (depth > MaxDepth)
            throw new HoconSyntaxException(_token.Line, "", $"nested deeper than {MaxDepth} levels");
    }

    private void SkipNewLines()
    {
        while (_token.Kind == TokenKind.NewLine)
            Advance();
    }

    private void Advance() => _token = _scanner.Next();

    private Origin At(int line) => new(_file, _hasLines ? line : 0);

    private HoconSyntaxException Refuse(string message) => new(_token.Line, _key, message);

    private static string Shown(HoconToken token) => token.Kind switch
    {
        TokenKind.End => "the end of the text",
        TokenKind.NewLine => "the end of the line",
        TokenKind.Quoted => HoconText.Quote(token.Text),
        _ => token.Text,
    };
}
