using System.Globalization;
using System.Text;

namespace Anode.Tests.Nats.Differential;

/// <summary>One thing a server said. Bytes are kept as Latin-1, so that nothing of them is lost in the text.</summary>
/// <param name="Line">The first word of MSG and HMSG; of all else the whole line.</param>
/// <param name="Subject">Where the message was published.</param>
/// <param name="Sid">The subscription it is for.</param>
/// <param name="Reply">Where an answer goes.</param>
/// <param name="Headers">The header block.</param>
/// <param name="Payload">What follows it.</param>
internal sealed record Frame(string Line, string Subject = "", string Sid = "", string Reply = "", string Headers = "", string Payload = "")
{
    public bool IsDelivery => Line is "MSG" or "HMSG" && !IsNoResponders;

    public bool IsNoResponders => Line == "HMSG" && Headers == "NATS/1.0 503\r\n\r\n" && Payload.Length == 0;

    public bool IsOk => Line == "+OK";

    public override string ToString() =>
        Line is "MSG" or "HMSG" ? $"{Line} {Subject} sid={Sid} reply={Reply} headers={Headers} payload={Payload}" : Line;

    /// <summary>All of them; what is cut off at the end, or is no NATS, becomes a frame that says so and equals none.</summary>
    public static List<Frame> All(ReadOnlySpan<byte> bytes)
    {
        var frames = new List<Frame>();
        while (!bytes.IsEmpty)
        {
            var end = bytes.IndexOf("\r\n"u8);
            if (end < 0)
            {
                frames.Add(new Frame($"cut off: {Encoding.Latin1.GetString(bytes)}"));
                break;
            }

            var line = Encoding.Latin1.GetString(bytes[..end]);
            bytes = bytes[(end + 2)..];
            var words = line.Split(' ');
            if (words[0] is not ("MSG" or "HMSG"))
            {
                frames.Add(new Frame(line));
                continue;
            }

            var sizes = words[0] == "MSG" ? 1 : 2;
            var total = int.Parse(words[^1], CultureInfo.InvariantCulture);
            var headers = sizes == 2 ? int.Parse(words[^2], CultureInfo.InvariantCulture) : 0;
            if (bytes.Length < total + 2 || !bytes[total..].StartsWith("\r\n"u8))
            {
                frames.Add(new Frame($"cut off: {line}"));
                break;
            }

            frames.Add(new Frame(
                words[0], words[1], words[2], words.Length == 4 + sizes ? words[3] : "",
                Encoding.Latin1.GetString(bytes[..headers]), Encoding.Latin1.GetString(bytes[headers..total])));
            bytes = bytes[(total + 2)..];
        }

        return frames;
    }

    /// <summary>
    /// Without what must differ: who the server is, its own PINGs (their time is its own), which member of a queue group was chosen, to which of
    /// several subscriptions a 503 went, and in which order one message went to several subscriptions.
    /// </summary>
    public static List<Frame> Comparable(IEnumerable<Frame> frames)
    {
        var all = frames
            .Where(frame => frame.Line != "PING" && !frame.Line.StartsWith("INFO ", StringComparison.Ordinal))
            .Select(frame => frame with { Sid = frame.IsNoResponders ? "*" : GroupOf(frame.Sid) ?? frame.Sid }).ToList();
        for (var start = 0; start < all.Count;)
        {
            var end = start + 1;
            while (end < all.Count && all[start].IsDelivery && all[end].IsDelivery && all[end] with { Sid = "" } == all[start] with { Sid = "" })
                end++;
            all.Sort(start, end - start, Comparer<Frame>.Create((x, y) => string.CompareOrdinal(x.Sid, y.Sid)));
            start = end;
        }

        return all;
    }

    /// <summary>Scripts call the members of a queue group <c>group/member</c>.</summary>
    public static string? GroupOf(string sid) => sid.IndexOf('/') is > 0 and var slash ? sid[..slash] : null;
}
