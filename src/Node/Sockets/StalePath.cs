using System.Net.Sockets;
using System.Runtime.InteropServices;
using Anode.Messages;

namespace Anode.Sockets;

/// <summary>
/// A Unix path outlives a process that was killed. It may be removed only when nobody answers there: a probe connect must be refused.
/// </summary>
internal static partial class StalePath
{
    /// <summary>Removes the path if it is stale. Connecting to a Unix socket never waits for a peer's process, so this does not block.</summary>
    /// <returns>0 when the path is free now, otherwise the errno that bind would deserve.</returns>
    public static int Clear(NetAddress address)
    {
        if (!address.IsUnix || address.IsAbstract || !Path.Exists(address.Host))
            return 0;
        using var probe = new Socket(AddressFamily.Unix, address.Kind == SocketKind.Stream ? SocketType.Stream : SocketType.Dgram,
            ProtocolType.Unspecified);
        probe.Blocking = false;
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(address.Host));
            return SocketErrors.EADDRINUSE;
        }
        catch (SocketException e) when (SocketErrors.ErrnoOf(e) == SocketErrors.ECONNREFUSED && IsSocket(address.Host))
        {
            return TryRemove(address.Host);
        }
        catch (SocketException e) when (SocketErrors.ErrnoOf(e, address) == SocketErrors.ENOENT)
        {
            return 0; // removed by its owner in this very moment
        }
        catch (SocketException e) when (SocketErrors.ErrnoOf(e) == SocketErrors.EACCES)
        {
            return SocketErrors.EACCES;
        }
        catch (SocketException)
        {
            return SocketErrors.EADDRINUSE; // a full backlog, the other socket type, or not a socket at all: not ours to remove
        }
    }

    // A regular file refuses a connect exactly like a dead socket does; removing somebody's file would be unforgivable.
    // statx has one layout on every architecture: stx_mode is the 16 bits at offset 28.
    private static unsafe bool IsSocket(string path)
    {
        const int AtFdCwd = -100, SymlinkNoFollow = 0x100, StatxType = 1, TypeMask = 0xF000, TypeSocket = 0xC000;
        Span<byte> statx = stackalloc byte[256];
        fixed (byte* buffer = statx)
        {
            return Statx(AtFdCwd, path, SymlinkNoFollow, StatxType, buffer) == 0
                && (BitConverter.ToUInt16(statx[28..]) & TypeMask) == TypeSocket;
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Statx(int directory, string path, int flags, uint mask, byte* buffer);

    private static int TryRemove(string path)
    {
        try
        {
            File.Delete(path);
            return 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return SocketErrors.EACCES;
        }
    }
}
