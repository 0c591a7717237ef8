using System.Globalization;
using System.Text.Json;
using Anode.Cli.Operator;

namespace Anode.Experiments.Running;

/// <summary>
/// What a runner has begun and not yet ended, on disk before it begins: whoever finds the journal of a runner that is no more can undo it. Its folder is
/// the same for all runners of a user.
/// </summary>
internal sealed class Journal : IDisposable
{
    private readonly object _gate = new();
    private readonly StreamWriter _file;
    private readonly string _path;

    private Journal(string path)
    {
        _path = path;
        _file = new StreamWriter(new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true };
    }

    public static string Folder => Path.Combine(
        Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } runtime && Directory.Exists(runtime) ? runtime : Path.GetTempPath(),
        $"anode-experiments-{Environment.UserName}");

    public static Journal Open()
    {
        var folder = Directory.CreateDirectory(Folder);
        if (OperatingSystem.IsLinux())
            File.SetUnixFileMode(folder.FullName, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var start = Kernel.StartOf(Environment.ProcessId);
        return new Journal(Path.Combine(Folder, string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{start}-{Environment.TickCount64}.jsonl")));
    }

    public void Process(int pid, string what) => Write(new { what = "process", pid, start = Kernel.StartOf(pid), name = what });

    public void Limit(int pid, long before) => Write(new { what = "limit", pid, start = Kernel.StartOf(pid), before });

    public void Paused(int pid) => Write(new { what = "paused", pid, start = Kernel.StartOf(pid) });

    public void Fault(string http, string id) => Write(new { what = "fault", http, id });

    /// <summary>Everything was ended in an orderly way.</summary>
    public void Dispose()
    {
        lock (_gate)
            _file.Dispose();
        File.Delete(_path);
    }

    /// <summary>Journals whose runner is no more.</summary>
    public static IEnumerable<string> Orphans()
    {
        if (!Directory.Exists(Folder))
            yield break;
        foreach (var path in Directory.GetFiles(Folder, "*.jsonl"))
        {
            var parts = Path.GetFileName(path).Split('-');
            var alive = parts.Length > 1 && int.TryParse(parts[0], out var pid) && long.TryParse(parts[1], out var start) && Kernel.StartOf(pid) == start && start != 0;
            if (!alive)
                yield return path;
        }
    }

    /// <summary>Undoes all of one journal, the newest first, and removes it; says what it did.</summary>
    public static IEnumerable<string> Undo(string path)
    {
        foreach (var line in File.ReadLines(path).Reverse().ToArray())
        {
            if (UndoLine(line) is { Length: > 0 } done)
                yield return done;
        }

        File.Delete(path);
    }

    private static string UndoLine(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var entry = json.RootElement;
            if (entry.Text("what") == "fault")
                return UndoFault(entry.Text("http"), entry.Text("id"));
            var pid = entry.GetProperty("pid").GetInt32();
            var handle = Kernel.Open(pid);
            try
            {
                // Looked at through an open handle, so it is this process and no later one of the same number.
                if (handle < 0 || Kernel.StartOf(pid) != entry.GetProperty("start").GetInt64())
                    return "";
                switch (entry.Text("what"))
                {
                    case "process":
                        return Kernel.Signal(handle, Kernel.SIGKILL) ? $"ended {entry.Text("name")}, process {pid}" : "";
                    case "paused":
                        return Kernel.Signal(handle, Kernel.SIGCONT) ? $"let process {pid} go on" : "";
                    default:
                        return Kernel.LimitOpenFiles(pid, entry.GetProperty("before").GetInt64()) >= 0 ? $"gave process {pid} its limit of files back" : "";
                }
            }
            finally
            {
                if (handle >= 0)
                    Kernel.Close(handle);
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return ""; // the line the runner was writing when it was killed
        }
    }

    private static string UndoFault(string http, string id)
    {
        using var node = new NodeHttp(http);
        return node.Delete($"/api/faults/{id}") is { IsSuccess: true } ? $"removed fault {id} at {http}" : "";
    }

    private void Write(object entry)
    {
        lock (_gate)
            _file.WriteLine(JsonSerializer.Serialize(entry));
    }
}
