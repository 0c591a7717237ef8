using System.Text.Json.Serialization;

namespace Anode.Operations;

/// <summary>One event as it is kept and sent. What only some kinds have is left out of the others' JSON.</summary>
/// <param name="Id">Counted from 1 without gaps, so a follower knows what it missed; 0 until the log has taken it.</param>
/// <param name="Kind">Kebab-case; reserved once used.</param>
/// <param name="Endpoint">Null: not about one endpoint.</param>
/// <param name="Subject">A connection's actor name, an actor path, a state.</param>
/// <param name="Text">One sentence.</param>
internal sealed record LoggedEvent(long Id, DateTimeOffset At, string Kind, string? Endpoint, string? Subject, string Text)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? State { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Restarts { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ApiFailure? LastFailure { get; init; }

    /// <summary>Number of the connection, as in <c>/api/connections</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Connection { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Remote { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CloseReason { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Errno { get; init; }

    /// <summary>How many were left out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Messages { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Bytes { get; init; }

    /// <summary>The subject of one of them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? MessageSubject { get; init; }
}

/// <summary>
/// The newest events of the node, numbered. Written by one actor, read by any thread; the ring is every reader's queue, so a reader
/// costs nothing while it waits, and one that is too slow loses the oldest and sees it by the numbers.
/// </summary>
internal sealed class EventLog
{
    public const int Kept = 1000;

    private readonly object _gate = new();
    private readonly LoggedEvent[] _ring = new LoggedEvent[Kept];
    private TaskCompletionSource? _awaited;
    private long _lastId;

    public long LastId
    {
        get
        {
            lock (_gate)
                return _lastId;
        }
    }

    public void Append(LoggedEvent entry)
    {
        TaskCompletionSource? awaited;
        lock (_gate)
        {
            entry = entry with { Id = ++_lastId };
            _ring[entry.Id % Kept] = entry;
            (awaited, _awaited) = (_awaited, null);
        }

        awaited?.SetResult();
    }

    /// <summary>At most so many of what is kept after this number, oldest first.</summary>
    public IReadOnlyList<LoggedEvent> After(long id, int most)
    {
        lock (_gate)
            return Slice(Math.Max(id, _lastId - Kept), most);
    }

    /// <summary>At most so many of the newest after this number, oldest first.</summary>
    public IReadOnlyList<LoggedEvent> Newest(long id, int most)
    {
        lock (_gate)
            return Slice(Math.Max(id, _lastId - Math.Min(most, Kept)), most);
    }

    /// <summary>Completes once there is an event with a higher number than this.</summary>
    public Task Beyond(long id)
    {
        lock (_gate)
        {
            if (_lastId > id)
                return Task.CompletedTask;
            _awaited ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _awaited.Task;
        }
    }

    private LoggedEvent[] Slice(long after, int most)
    {
        var found = new LoggedEvent[Math.Clamp(_lastId - Math.Max(after, 0), 0, most)];
        for (var i = 0; i < found.Length; i++)
            found[i] = _ring[(Math.Max(after, 0) + 1 + i) % Kept];
        return found;
    }
}
