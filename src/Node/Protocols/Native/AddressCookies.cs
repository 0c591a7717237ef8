using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Anode.Protocols.Native;

/// <summary>
/// Proof that an address receives what is sent to it: a keyed hash of the address and a coarse time, so that nothing need be remembered
/// about addresses that have proved nothing. Valid for one to two minutes.
/// </summary>
internal sealed class AddressCookies(TimeProvider clock)
{
    /// <summary>Eight bytes: a blind guess succeeds once in 2^64, and RETRY stays as short as the shortest HELLO.</summary>
    public const int Bytes = 8;

    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    private long Now => clock.GetTimestamp() / (clock.TimestampFrequency * (long)Period.TotalSeconds);

    public byte[] For(EndPoint address) => For(address, Now);

    public bool IsValid(EndPoint address, ReadOnlySpan<byte> cookie)
    {
        var now = Now;
        return CryptographicOperations.FixedTimeEquals(For(address, now), cookie)
            || CryptographicOperations.FixedTimeEquals(For(address, now - 1), cookie);
    }

    private byte[] For(EndPoint address, long period) =>
        HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{period} {address}"))[..Bytes];
}
