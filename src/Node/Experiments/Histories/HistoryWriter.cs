using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Anode.Experiments.Histories;

/// <summary>
/// Everything that happens, a line of JSON each, in the order it was written; <c>t</c> is microseconds of the monotonic clock since the run began. All
/// threads of a run write here; the verdict is made of what is read back, and of nothing else.
/// </summary>
internal sealed class HistoryWriter : IDisposable
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly object _gate = new();
    private readonly ArrayBufferWriter<byte> _line = new(512);
    private readonly Utf8JsonWriter _json;
    private readonly Stream _file;
    private bool _closed;

    public HistoryWriter(string path)
    {
        _json = new Utf8JsonWriter(_line, Options);
        _file = new BufferedStream(new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0), 256 * 1024);
    }

    public void Write(string kind, long t, Action<Utf8JsonWriter> fields)
    {
        lock (_gate)
        {
            Begin(kind, t);
            fields(_json);
            End();
        }
    }

    /// <summary>Publishing begins.</summary>
    /// <param name="intended">When it was to begin.</param>
    public void Invoke(long t, uint flow, uint epoch, long sequence, long intended, int bytes) => Message("invoke", t, flow, epoch, sequence, "at", intended, "b", bytes);

    /// <summary>It was acknowledged.</summary>
    /// <param name="receivers">As the server said; -1 if it did not.</param>
    public void Ok(long t, uint flow, uint epoch, long sequence, long receivers) => Message("ok", t, flow, epoch, sequence, "n", receivers);

    /// <summary>Somebody got it.</summary>
    public void Got(long t, int seat, uint flow, uint epoch, long sequence, int bytes) => Message("got", t, flow, epoch, sequence, "c", seat, "b", bytes);

    /// <summary>It certainly was not published (<c>fail</c>), or nobody can know (<c>info</c>).</summary>
    public void Ended(string how, long t, uint flow, uint epoch, long sequence, string why)
    {
        lock (_gate)
        {
            Begin(how, t);
            _json.WriteNumber("f", flow);
            _json.WriteNumber("ep", epoch);
            _json.WriteNumber("s", sequence);
            _json.WriteString("why", why);
            End();
        }
    }

    public void Flush()
    {
        lock (_gate)
        {
            if (!_closed)
                _file.Flush();
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_closed)
                return;
            _closed = true;
            _file.Dispose();
            _json.Dispose();
        }
    }

    private void Message(string kind, long t, uint flow, uint epoch, long sequence, string name, long value, string second = "", long secondValue = 0)
    {
        lock (_gate)
        {
            Begin(kind, t);
            _json.WriteNumber("f", flow);
            _json.WriteNumber("ep", epoch);
            _json.WriteNumber("s", sequence);
            _json.WriteNumber(name, value);
            if (second.Length > 0)
                _json.WriteNumber(second, secondValue);
            End();
        }
    }

    private void Begin(string kind, long t)
    {
        _json.Reset();
        _line.ResetWrittenCount();
        _json.WriteStartObject();
        _json.WriteNumber("t", t);
        _json.WriteString("e", kind);
    }

    private void End()
    {
        _json.WriteEndObject();
        _json.Flush();
        if (_closed)
            return; // a thread that was late by a moment
        _file.Write(_line.WrittenSpan);
        _file.WriteByte((byte)'\n');
    }
}
