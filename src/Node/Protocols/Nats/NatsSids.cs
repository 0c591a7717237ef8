using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Anode.Protocols.Nats;

/// <summary>
/// A client's names for its subscriptions. They are any text, but clients count: what is a number as we would write it stands for itself and
/// costs nothing; any other text gets a negative number and is remembered.
/// </summary>
/// <remarks>Names are given and forgotten on the connection's own turn; sources on other turns look them up.</remarks>
internal sealed class NatsSids
{
    private const int MaxNumberDigits = 18;

    private ConcurrentDictionary<long, byte[]>? _names;
    private Dictionary<string, long>? _numbers;
    private long _last;

    /// <summary>The number that stands for a name; a new one, if it has none yet.</summary>
    public long NumberOf(ReadOnlySpan<byte> name)
    {
        if (TryFind(name, out var number))
            return number;
        number = --_last;
        (_numbers ??= new(StringComparer.Ordinal))[Encoding.Latin1.GetString(name)] = number;
        (_names ??= new())[number] = name.ToArray();
        return number;
    }

    /// <summary>False: no subscription has this name.</summary>
    public bool TryFind(ReadOnlySpan<byte> name, out long number)
    {
        if (name.Length <= MaxNumberDigits && name is not [(byte)'0', _, ..]
            && name.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0
            && long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out number))
            return true;
        number = 0;
        return _numbers is not null && _numbers.TryGetValue(Encoding.Latin1.GetString(name), out number);
    }

    /// <summary>The name behind a negative number; none when the subscription has just ended.</summary>
    public ReadOnlySpan<byte> NameOf(long number) => _names is not null && _names.TryGetValue(number, out var name) ? name : default;

    /// <summary>The name behind any number.</summary>
    public string TextOf(long number) => number < 0 ? Encoding.Latin1.GetString(NameOf(number)) : number.ToString(CultureInfo.InvariantCulture);

    public void Forget(long number)
    {
        if (number < 0 && _names is not null && _names.TryRemove(number, out var name))
            _numbers!.Remove(Encoding.Latin1.GetString(name));
    }
}
