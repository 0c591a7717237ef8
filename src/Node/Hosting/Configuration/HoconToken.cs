namespace Anode.Hosting.Configuration;

internal enum TokenKind
{
    End,
    NewLine,
    Comma,
    Assign,
    OpenBrace,
    CloseBrace,
    OpenBracket,
    CloseBracket,
    /// <summary>Text without quotes: a key, a word of a value.</summary>
    Word,
    /// <summary>Text in quotes, escapes resolved.</summary>
    Quoted,
}

/// <param name="Kind">What it is.</param>
/// <param name="Text">For words and quoted text its content, else as written.</param>
/// <param name="Start">Offset of its first character.</param>
/// <param name="End">Offset behind its last character; two tokens with nothing between them are glued.</param>
/// <param name="Line">1-based.</param>
/// <param name="Column">1-based, in UTF-16 units.</param>
internal readonly record struct HoconToken(TokenKind Kind, string Text, int Start, int End, int Line, int Column);

/// <summary>Text that is not HOCON as this program takes it.</summary>
/// <remarks>Thrown and caught inside this folder only; callers get <see cref="ConfigError"/>s.</remarks>
internal sealed class HoconSyntaxException(int line, string key, string message) : Exception(message)
{
    public int Line { get; } = line;

    public string Key { get; } = key;
}
