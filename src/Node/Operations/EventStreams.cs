using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Anode.Operations;

/// <summary>
/// <c>/api/events</c>: the newest events as JSON, or as server-sent events that go on. <c>Last-Event-ID</c> (or <c>?after=</c>) says where to begin.
/// </summary>
internal static class EventStreams
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    // One line for each event: an SSE data field ends at a newline.
    private static readonly JsonSerializerOptions OneLine = new(ApiJson.Api.Options) { WriteIndented = false };

    public static Task Serve(HttpContext context, NodeView view)
    {
        var text = context.Request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } id ? id : context.Request.Query["after"].ToString();
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var after) && text.Length > 0)
            return HttpApi.Fail(context, StatusCodes.Status400BadRequest, "Last-Event-ID must be the id of an event");
        return context.Request.Headers.Accept.ToString().Contains("application/json", StringComparison.OrdinalIgnoreCase)
            ? HttpApi.Json(context, view.Events.After(after), ApiJson.Api.IReadOnlyListLoggedEvent)
            : Stream(context, view, text.Length > 0 ? after : null);
    }

    private static async Task Stream(HttpContext context, NodeView view, long? after)
    {
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        using var follower = view.Events.Follow(after);
        var last = after ?? 0;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, view.Stopping);
        try
        {
            await context.Response.WriteAsync(": the events of this node\n\n", ended.Token);
            await context.Response.Body.FlushAsync(ended.Token);
            while (true)
            {
                using var patience = CancellationTokenSource.CreateLinkedTokenSource(ended.Token);
                patience.CancelAfter(Heartbeat);
                try
                {
                    await follower.Events.WaitToReadAsync(patience.Token);
                }
                catch (OperationCanceledException) when (!ended.IsCancellationRequested)
                {
                    await context.Response.WriteAsync(": still here\n\n", ended.Token);
                }

                while (follower.Events.TryRead(out var entry))
                {
                    if (last > 0 && entry.Id > last + 1)
                        await context.Response.WriteAsync($"event: dropped\ndata: {entry.Id - last - 1}\n\n", ended.Token);
                    last = entry.Id;
                    var data = JsonSerializer.Serialize(entry, OneLine);
                    await context.Response.WriteAsync($"id: {entry.Id}\nevent: {entry.Kind}\ndata: {data}\n\n", ended.Token);
                }

                await context.Response.Body.FlushAsync(ended.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // the reader left, or the node is going
        }
    }
}
