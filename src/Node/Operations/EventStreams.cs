using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Anode.Operations;

/// <summary>
/// <c>/api/events</c>: the newest events as JSON, or as server-sent events that go on. <c>Last-Event-ID</c> (or <c>?after=</c>) says where
/// to begin.
/// </summary>
internal static class EventStreams
{
    // A quarter of the 60 s after which a proxy (nginx) by default gives a silent answer up.
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    // What one reader has on its way to its socket at a time.
    private const int PerWrite = 256;

    // One line for each event: an SSE data field ends at a newline.
    private static readonly ApiJson OneLine = new(new JsonSerializerOptions(ApiJson.Api.Options) { WriteIndented = false, TypeInfoResolver = null });

    public static Task Serve(HttpContext context, NodeView view)
    {
        var text = context.Request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } id ? id : context.Request.Query["after"].ToString();
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var after) && text.Length > 0)
            return HttpApi.Fail(context, StatusCodes.Status400BadRequest, "Last-Event-ID must be the id of an event");
        if (!HttpApi.TryCount(context, "limit", EventLog.Kept, out var limit))
            return HttpApi.Fail(context, StatusCodes.Status400BadRequest, "limit must be a number of 0 or more");

        // A number this process has not reached comes from an earlier one; its reader has seen nothing of this one.
        var last = view.Events.LastId;
        var from = after > last ? 0 : after;
        if (context.Request.Headers.Accept.ToString().Contains("application/json", StringComparison.OrdinalIgnoreCase))
            return HttpApi.Json(context, view.Events.Newest(from, limit), ApiJson.Api.IReadOnlyListLoggedEvent);
        context.Response.ContentType = "text/event-stream";
        return Follow(context.Response.Body, view.Events, text.Length > 0 ? from : last, Heartbeat, context.RequestAborted, view.Stopping);
    }

    /// <summary>Ends when the reader leaves, or when the node stops: then with all that had happened until then.</summary>
    internal static async Task Follow(
        Stream body, EventLog log, long last, TimeSpan heartbeat, CancellationToken left, CancellationToken stopping)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(left, stopping);
        try
        {
            await WriteAsync(body, ": the events of this node\n\n", left);
            while (true)
            {
                var events = log.After(last, PerWrite);
                if (events.Count > 0)
                {
                    await WriteAsync(body, TextOf(events, last), left);
                    last = events[^1].Id;
                }
                else if (stopping.IsCancellationRequested)
                {
                    return;
                }
                else if (!await ComesAsync(log.Beyond(last), heartbeat, ended.Token))
                {
                    await WriteAsync(body, ": still here\n\n", left);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // the reader left
        }
    }

    /// <returns>False: nothing came for a heartbeat.</returns>
    private static async Task<bool> ComesAsync(Task news, TimeSpan heartbeat, CancellationToken ended)
    {
        try
        {
            await news.WaitAsync(heartbeat, ended);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
        catch (OperationCanceledException)
        {
            return true; // the caller looks at which of the two ended it
        }
    }

    private static string TextOf(IReadOnlyList<LoggedEvent> events, long last)
    {
        var text = new StringBuilder();
        if (events[0].Id > last + 1)
            text.Append(CultureInfo.InvariantCulture, $"event: dropped\ndata: {{\"count\":{events[0].Id - last - 1}}}\n\n");
        foreach (var entry in events)
        {
            var data = JsonSerializer.Serialize(entry, OneLine.LoggedEvent);
            text.Append(CultureInfo.InvariantCulture, $"id: {entry.Id}\nevent: {entry.Kind}\ndata: {data}\n\n");
        }

        return text.ToString();
    }

    private static async Task WriteAsync(Stream body, string text, CancellationToken left)
    {
        await body.WriteAsync(Encoding.UTF8.GetBytes(text), left);
        await body.FlushAsync(left);
    }
}
