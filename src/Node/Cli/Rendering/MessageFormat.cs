using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Anode.Cli.Client;
using Anode.Protocols.Native.Wire;

namespace Anode.Cli.Rendering;

/// <summary>How a received message is shown.</summary>
internal enum MessageFormat
{
    /// <summary>For people: one line, whatever the payload.</summary>
    Text = 0,
    /// <summary>For programs: one object a line.</summary>
    Json = 1,
    /// <summary>The payload as it is, and a newline.</summary>
    Raw = 2,
}

/// <summary>Message → bytes of one of the formats; pure.</summary>
internal static class MessageFormats
{
    // Standard output is not HTML: the strict encoder would turn every umlaut and every + into \u….
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(IBufferWriter<byte> output, Delivered message, MessageFormat format)
    {
        switch (format)
        {
            case MessageFormat.Json:
                WriteJson(output, message);
                break;
            case MessageFormat.Raw:
                output.Write(message.Payload.Span);
                break;
            default:
                output.Write(Encoding.UTF8.GetBytes(TextOf(message)));
                break;
        }

        output.Write("\n"u8);
    }

    private static string TextOf(Delivered message)
    {
        var text = new StringBuilder("[").AppendVisible(message.Subject).Append("] ");
        if (Utf8.IsValid(message.Payload.Span))
            text.AppendVisible(Encoding.UTF8.GetString(message.Payload.Span));
        else
            text.Append("base64:").Append(Convert.ToBase64String(message.Payload.Span));
        var notes = new List<string>();
        if (message.Reply is not null)
            notes.Add($"reply {message.Reply}");
        foreach (var header in HeaderMap.Enumerate(message.Headers.Span))
        {
            var key = Encoding.UTF8.GetString(header.Key);
            foreach (var value in header.Values)
                notes.Add($"{key}: {Encoding.UTF8.GetString(value)}");
        }

        return notes.Count == 0 ? text.ToString() : text.Append(" (").AppendVisible(string.Join("; ", notes)).Append(')').ToString();
    }

    private static void WriteJson(IBufferWriter<byte> output, Delivered message)
    {
        using var json = new Utf8JsonWriter(output, Json);
        json.WriteStartObject();
        json.WriteString("subject", message.Subject);
        if (Utf8.IsValid(message.Payload.Span))
            json.WriteString("payload", message.Payload.Span);
        else
            json.WriteBase64String("payloadBase64", message.Payload.Span);
        if (message.Reply is not null)
            json.WriteString("reply", message.Reply);
        if (!message.Headers.IsEmpty)
            WriteHeaders(json, message.Headers.Span);
        json.WriteEndObject();
    }

    /// <summary>Always arrays: who reads them need not tell one value from several.</summary>
    private static void WriteHeaders(Utf8JsonWriter json, ReadOnlySpan<byte> headers)
    {
        json.WriteStartObject("headers");
        foreach (var header in HeaderMap.Enumerate(headers))
        {
            json.WriteStartArray(header.Key);
            foreach (var value in header.Values)
                json.WriteStringValue(value);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}
