using System.Globalization;
using System.Text;

namespace Anode.Hosting.Configuration;

/// <summary>Text → tokens. Pure; refuses every form that HOCON readers are known to take differently.</summary>
/// <remarks>
/// Substitutions, <c>+=</c> and <c>include</c> are legal HOCON and refused here on purpose: Akka's reader crashes on the first,
/// ignores the second and has no third, and a file that means one thing in one program and something else in the next
/// is worse than one that is refused with its line. Layers (environment, <c>--set</c>) do what they were for.
/// </remarks>
internal sealed class HoconScanner(string text)
{
    /// <summary>What HOCON reserves, so it needs quotes. <c>https://github.com/lightbend/config/blob/main/HOCON.md#unquoted-strings</c></summary>
    private const string Reserved = "$\"{}[]:=,+#`^?!@*&\\";

    private int _index = text.StartsWith('\ufeff') ? 1 : 0;
    private int _line = 1;
    private int _lineStart;

    public string Source { get; } = text;

    public HoconToken Next()
    {
        SkipBlanksAndComment();
        if (_index >= Source.Length)
            return Token(TokenKind.End, 0);
        var c = Source[_index];
        switch (c)
        {
            case '\n':
                var newLine = Token(TokenKind.NewLine, 1);
                _line++;
                _lineStart = _index;
                return newLine;
            case ',':
                return Token(TokenKind.Comma, 1);
            case '=' or ':':
                return Token(TokenKind.Assign, 1);
            case '{':
                return Token(TokenKind.OpenBrace, 1);
            case '}':
                return Token(TokenKind.CloseBrace, 1);
            case '[':
                return Token(TokenKind.OpenBracket, 1);
            case ']':
                return Token(TokenKind.CloseBracket, 1);
            case '"':
                return At("\"\"\"") ? TripleQuoted() : Quoted();
            case '$' when At("${"):
                throw Refuse("substitutions like ${…} are not supported: write the value itself, or set the key by "
                    + "environment (ANODE_NODE__DRAIN_TIMEOUT=5s) or --set key=value");
            case '+' when At("+="):
                throw Refuse("'+=' is not supported: write the whole list with '='");
            default:
                return Word();
        }
    }

    private HoconToken Word()
    {
        var start = _index;
        while (_index < Source.Length && IsWordCharacter(Source[_index]) && !At("//"))
            _index++;
        if (_index == start)
            throw Refuse(Unreadable(Source[_index]));
        if (At("//") || (_index < Source.Length && Source[_index] == '#'))
            throw Refuse("a comment needs a space before it; if this is not a comment, put the value in quotes");
        var word = Source[start.._index];
        RefuseHalfSurrogates(word, _line);
        return new HoconToken(TokenKind.Word, word, start, _index, _line, start - _lineStart + 1);
    }

    private HoconToken Quoted()
    {
        var start = _index;
        var content = new StringBuilder();
        for (_index++; ; _index++)
        {
            if (_index >= Source.Length || Source[_index] is '\n' or '\r')
                throw Refuse("this text in quotes has no end on its line: close it with \", or use \"\"\" for several lines");
            var c = Source[_index];
            if (c == '"')
                break;
            RefuseNul(c);
            content.Append(c == '\\' ? Escape() : c);
        }

        _index++;
        return QuotedToken(start, _line, start - _lineStart + 1, content.ToString());
    }

    private HoconToken TripleQuoted()
    {
        var (start, line, column) = (_index, _line, _index - _lineStart + 1);
        var end = Source.IndexOf("\"\"\"", start + 3, StringComparison.Ordinal);
        if (end < 0)
            throw Refuse("this text in triple quotes has no end: close it with \"\"\"");
        // Of four or more quotes in a row the last three close: the others belong to the text (HOCON, "multi-line strings").
        while (end + 3 < Source.Length && Source[end + 3] == '"')
            end++;
        for (_index = start; _index < end; _index++)
        {
            RefuseNul(Source[_index]);
            if (Source[_index] != '\n')
                continue;
            _line++;
            _lineStart = _index + 1;
        }

        _index = end + 3;
        return QuotedToken(start, line, column, Source[(start + 3)..end]);
    }

    private HoconToken QuotedToken(int start, int line, int column, string content)
    {
        RefuseHalfSurrogates(content, line);
        return new HoconToken(TokenKind.Quoted, content, start, _index, line, column);
    }

    /// <summary>Such text cannot be written as UTF-8, so it could be read but never shown.</summary>
    private static void RefuseHalfSurrogates(string content, int line)
    {
        for (var i = 0; i < content.Length; i++)
        {
            if (!char.IsSurrogate(content[i]))
                continue;
            if (!char.IsSurrogatePair(content, i))
                throw new HoconSyntaxException(line, "", "half a surrogate pair is not a character: \\u escapes above FFFF come in twos");
            i++;
        }
    }

    private char Escape()
    {
        _index++;
        var c = _index < Source.Length ? Source[_index] : '\n';
        switch (c)
        {
            case '"' or '\\' or '/':
                return c;
            case 'b':
                return '\b';
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'u' when _index + 4 < Source.Length && ushort.TryParse(
                Source.AsSpan(_index + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code):
                _index += 4;
                RefuseNul((char)code);
                return (char)code;
            default:
                throw Refuse("unknown escape in quotes: write \\\\ for a backslash; known are \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX");
        }
    }

    private void SkipBlanksAndComment()
    {
        while (_index < Source.Length && Source[_index] != '\n' && char.IsWhiteSpace(Source[_index]))
            _index++;
        if (_index >= Source.Length || (Source[_index] != '#' && !At("//")))
            return;
        for (; _index < Source.Length && Source[_index] != '\n'; _index++)
            RefuseNul(Source[_index]);
    }

    private static bool IsWordCharacter(char c) => !char.IsWhiteSpace(c) && !char.IsControl(c) && !Reserved.Contains(c);

    private string Unreadable(char c) =>
        c == '\0' ? "a zero byte: this is not a text file"
        : char.IsControl(c) ? $"the control character U+{(int)c:X4} outside quotes"
        : $"'{c}' outside quotes: put the whole key or value in quotes";

    private void RefuseNul(char c)
    {
        if (c == '\0')
            throw Refuse(Unreadable(c));
    }

    private bool At(string mark) => string.CompareOrdinal(Source, _index, mark, 0, mark.Length) == 0;

    private HoconToken Token(TokenKind kind, int length)
    {
        var start = _index;
        _index += length;
        return new HoconToken(kind, Source[start.._index], start, _index, _line, start - _lineStart + 1);
    }

    private HoconSyntaxException Refuse(string message) => new(_line, "", message);
}
