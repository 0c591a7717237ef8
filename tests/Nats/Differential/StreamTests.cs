using System.Text;
using Anode.Tests.Support;
using CsCheck;
using Xunit;

namespace Anode.Tests.Nats.Differential;

/// <summary>
/// The same bytes to nats-server and to our door; the answers must be alike but for <see cref="Differences"/>. A failure names the seed.
/// </summary>
/// <remarks>
/// One connection for each script, and FIN behind its last PING: both servers then say all they have to say and close, so nothing is waited for.
/// </remarks>
[Collection(nameof(Doors))]
public class StreamTests(Doors doors)
{
    private static readonly Gen<int[]> Cuts = Gen.Frequency((1, Gen.Const(Array.Empty<int>())), (2, Gen.Int[0, 5000].Array[1, 12]));

    [NatsServerFact]
    public void Ordinary_scripts_are_answered_alike() => Compare(Scripts.Ordinary.Array[1, 25].Select(string.Concat), 150);

    [NatsServerFact]
    public void Scripts_with_what_is_refused_differ_as_written_down() => Compare(Scripts.Refused.Array[1, 20].Select(string.Concat), 100);

    [NatsServerFact]
    public void Scripts_that_end_the_connection_are_answered_alike() => Compare(Scripts.Ended, 100);

    /// <summary>
    /// Behind a damaged stream stand so many PINGs that whatever it left open is filled up, and how many are answered shows how much it took.
    /// A CR stands before each LF and nowhere else: the others are a difference of their own.
    /// </summary>
    [NatsServerFact]
    public void Damaged_scripts_are_answered_alike()
    {
        var change = Gen.Select(Gen.Int[0, 5000], Gen.Int[0, 4], Gen.OneOf(Gen.Byte, Gen.Byte[0x20, 0x7e]), Gen.Int[0, 5000]);
        Gen.Select(Scripts.Plain, change.Array[1, 4], Cuts).Sample((steps, changes, cuts) =>
        {
            var bytes = Scripts.Render(string.Concat(steps)).ToList();
            foreach (var (at, kind, value, other) in changes)
                Damage(bytes, at, kind, value, other);
            var text = Encoding.Latin1.GetString([.. bytes]).Replace("\r", "").Replace("\n", "\r\n");
            Compare(Encoding.Latin1.GetBytes(text + string.Concat(Enumerable.Repeat("PING\r\n", 200))), cuts);
        }, iter: 200, threads: 1);
    }

    private static void Damage(List<byte> bytes, int at, int kind, byte value, int other)
    {
        if (bytes.Count == 0)
            return;
        at %= bytes.Count;
        switch (kind)
        {
            case 0: bytes.RemoveAt(at); break;
            case 1: bytes.Insert(at, value); break;
            case 2: bytes.RemoveRange(at, Math.Min(other % 20, bytes.Count - at)); break;
            case 3: bytes.InsertRange(at, [.. bytes.Skip(other % bytes.Count).Take(20)]); break;
            default: bytes[at] = value; break;
        }
    }

    private void Compare(Gen<string> scripts, int count) => Gen.Select(scripts, Cuts).Sample(
        (script, cuts) => Compare(Scripts.Render(script + "PING\r\n"), cuts), iter: count, threads: 1);

    private void Compare(byte[] bytes, int[] cuts)
    {
        var theirs = Exchange.Of(doors.Theirs, Scripts.Tear(bytes, cuts));
        var ours = Exchange.Of(doors.Ours, Scripts.Tear(bytes, cuts));
        Comparison.Check(Encoding.Latin1.GetString(bytes), theirs, ours);
    }
}
