using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Anode.Sockets;

/// <summary>One epoll descriptor, its interest set, and an eventfd that wakes whoever waits for it.</summary>
internal sealed unsafe class EpollSet : IDisposable
{
    private const int Capacity = 256;
    private const ulong Wake = ulong.MaxValue;

    // struct epoll_event is packed on x86 and nowhere else.
    private static readonly int DataAt = RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86 ? 4 : 8;
    private static readonly int Stride = DataAt + 8;

    private readonly int _epoll;
    private readonly SafeFileHandle _event;
    private readonly byte* _events = (byte*)NativeMemory.Alloc((nuint)(Capacity * Stride));

    public EpollSet()
    {
        _epoll = Checked(Libc.EpollCreate(Libc.CLOEXEC));
        // Counted by its handle: a late wake-up must not write into whatever has the descriptor's number by then.
        _event = new SafeFileHandle(Checked(Libc.EventFd(0, Libc.CLOEXEC | Libc.EFD_NONBLOCK)), ownsHandle: true);
        // Edge-triggered, so that it need not be read: every write is an edge of its own.
        Add((int)_event.DangerousGetHandle(), Libc.EPOLLIN | Libc.EPOLLET, Wake);
    }

    public void Add(int descriptor, uint interest, ulong token)
    {
        var evt = stackalloc byte[Stride];
        Marshal.WriteInt32((nint)evt, (int)interest);
        *(ulong*)(evt + DataAt) = token;
        Checked(Libc.EpollControl(_epoll, Libc.EPOLL_CTL_ADD, descriptor, evt));
    }

    public void Remove(int descriptor) => Libc.EpollControl(_epoll, Libc.EPOLL_CTL_DEL, descriptor, null);

    /// <returns>How many events there are to read with <see cref="this[int]"/>; 0 also when a signal came first.</returns>
    public int Wait(bool block) => Math.Max(0, Libc.EpollWait(_epoll, _events, Capacity, block ? -1 : 0));

    /// <summary>Token and what happened; the wake-up call comes with <see cref="ulong.MaxValue"/>, a token nobody has.</summary>
    public (ulong Token, uint Events) this[int index]
    {
        get
        {
            var evt = _events + (index * Stride);
            return (*(ulong*)(evt + DataAt), *(uint*)evt);
        }
    }

    /// <summary>From any thread, at any time.</summary>
    public void WakeUp()
    {
        var one = 1UL;
        try
        {
            Libc.Write(_event, &one, sizeof(ulong));
        }
        catch (ObjectDisposedException)
        {
            // nobody waits any more
        }
    }

    public void Dispose()
    {
        Libc.Close(_epoll);
        _event.Dispose();
        NativeMemory.Free(_events);
    }

    private static int Checked(int result) => result >= 0 ? result : throw new Win32Exception();
}
