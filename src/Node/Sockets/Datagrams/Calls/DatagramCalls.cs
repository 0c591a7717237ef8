using System.Net;
using System.Net.Sockets;

namespace Anode.Sockets;

/// <summary>Receives and sends datagrams without waiting, many at a time where the kernel can. Valid for the turn it was rented for.</summary>
internal abstract class DatagramCalls
{
    private const int IdleCalls = 8;
    private static readonly Stack<DatagramCalls> Idle = new();

    /// <summary>How many at most.</summary>
    public abstract int Capacity { get; }

    /// <summary>Buffers for one turn; endpoints that are not having one hold none.</summary>
    public static DatagramCalls Rent()
    {
        lock (Idle)
        {
            if (Idle.TryPop(out var calls))
                return calls;
        }

        return OperatingSystem.IsLinux() ? new ManyCalls() : new SingleCalls();
    }

    public static void Return(DatagramCalls calls)
    {
        lock (Idle)
        {
            if (Idle.Count < IdleCalls)
                Idle.Push(calls);
        }
    }

    /// <returns>How many came; or, below zero, the errno when none did.</returns>
    public abstract int Receive(Socket socket, int max, int maxBytes);

    /// <summary>Of the <paramref name="index"/>th that came: how many bytes are here, and whether there were more.</summary>
    public abstract (int Length, bool Truncated) Received(int index);

    /// <summary>Whom it came from, as the kernel writes addresses.</summary>
    public abstract ReadOnlySpan<byte> From(int index);

    public abstract void CopyTo(int index, Span<byte> destination);

    /// <summary>Adds one to those that <see cref="Send"/> will send. The address is copied; the bytes must stay until then.</summary>
    public abstract void Add(ArraySegment<byte> bytes, SocketAddress to);

    /// <summary>Sends those that were added and forgets them.</summary>
    /// <returns>How many went, from the first on; or, below zero, the errno of the first.</returns>
    public abstract int Send(Socket socket);
}
