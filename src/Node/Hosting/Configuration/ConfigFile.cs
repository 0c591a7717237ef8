using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Anode.Hosting.Configuration;

/// <summary>A configuration file on its way to text: bounded, and UTF-8 or nothing.</summary>
internal static class ConfigFile
{
    /// <summary>A hundred times what anybody writes by hand; keeps a wrong path (a device, a log) from being read to its end.</summary>
    public const int MaxBytes = 1024 * 1024;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static bool TryRead(string path, [NotNullWhen(true)] out string? text, [NotNullWhen(false)] out ConfigError? error)
    {
        text = null;
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            var bytes = new byte[MaxBytes + 1];
            var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return TryDecode(bytes.AsSpan(0, length), path, out text, out error);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            error = new ConfigError(path, 0, "", $"cannot be read: {e.Message}");
            return false;
        }
    }

    public static ConfigError TooLarge(string path) => new(path, 0, "", "is larger than 1 MiB: this is not a configuration file");

    public static bool TryDecode(
        ReadOnlySpan<byte> bytes, string path, [NotNullWhen(true)] out string? text, [NotNullWhen(false)] out ConfigError? error)
    {
        (text, error) = (null, null);
        if (bytes.Length > MaxBytes)
        {
            error = TooLarge(path);
            return false;
        }

        try
        {
            text = Strict.GetString(bytes);
            return true;
        }
        catch (DecoderFallbackException e)
        {
            var line = 1 + bytes[..Math.Clamp(e.Index, 0, bytes.Length)].Count((byte)'\n');
            error = new ConfigError(path, line, "", "is not valid UTF-8 from here on");
            return false;
        }
    }
}
