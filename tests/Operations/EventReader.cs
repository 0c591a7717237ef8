using System.Text.Json;
using Xunit;

namespace Anode.Tests.Operations;

/// <summary>One server-sent event.</summary>
internal sealed record Sent(long? Id, string Kind, JsonElement Data);

/// <summary>Reads server-sent events as a browser does: fields until an empty line, comments left out.</summary>
internal sealed class EventReader(StreamReader lines, IDisposable? source = null) : IDisposable
{
    public static async Task<EventReader> OpenAsync(HttpClient http, string query, long? lastId)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/api/events" + query);
        if (lastId is not null)
            request.Headers.Add("Last-Event-ID", lastId.Value.ToString(System.Globalization.CultureInfo.InvariantCulture));
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", response.EnsureSuccessStatusCode().Content.Headers.ContentType!.ToString());
        var reader = new EventReader(new StreamReader(await response.Content.ReadAsStreamAsync()), response);
        // The first comment is written once the reader's place among the events is fixed.
        Assert.Equal(": the events of this node", await reader.LineAsync());
        return reader;
    }

    /// <summary>Null at the end.</summary>
    public async Task<Sent?> NextAsync()
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await LineAsync() is { } line)
        {
            if (line.Length == 0 && fields.Count > 0)
                return new Sent(fields.TryGetValue("id", out var id) ? long.Parse(id) : null, fields["event"], JsonSerializer.Deserialize<JsonElement>(fields["data"]));
            if (line.Split(": ", 2) is [{ Length: > 0 } name, var value])
                fields.Add(name, value);
        }

        return null;
    }

    /// <summary>The next one of this kind for which this holds, whatever comes before.</summary>
    public async Task<Sent> NextAsync(string kind, Func<JsonElement, bool>? which = null)
    {
        while (await NextAsync() is { } sent)
        {
            if (sent.Kind == kind && which?.Invoke(sent.Data) != false)
                return sent;
        }

        throw new EndOfStreamException($"no {kind} until the end");
    }

    public async Task<string?> LineAsync() => await lines.ReadLineAsync().WaitAsync(HttpNode.Patience);

    public void Dispose()
    {
        lines.Dispose();
        source?.Dispose();
    }
}
