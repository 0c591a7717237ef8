using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using Akka.Actor;
using Akka.Dispatch;

namespace Anode.Sockets;

/// <summary>
/// One thread that waits for its sockets and runs the mailboxes of those who own them: an executor of Akka's and an event loop in
/// one, so that readiness needs no second thread to be woken.
/// </summary>
/// <remarks>
/// Nothing here blocks but the wait itself, and nothing that runs here may. A mailbox gets its share of messages
/// (<see cref="LoopDispatcher"/>), then the others' turn comes, then the sockets are asked again.
/// </remarks>
internal sealed class LoopThread
{
    [ThreadStatic]
    private static LoopThread? _current;

    private readonly EpollSet _epoll = new();
    private readonly ConcurrentQueue<IRunnable> _remote = new();
    private readonly Queue<IRunnable> _local = new();
    private readonly Stack<int> _free = new();
    private readonly Thread _thread;
    private readonly long _spinTicks;
    private readonly Action<Exception> _onError;
    private LoopReadiness?[] _watched = new LoopReadiness?[64];
    private uint _registrations;
    private int _used;
    private int _sleeping;
    private volatile bool _stopping;

    /// <param name="name">Of the thread.</param>
    /// <param name="spin">How long to look for more before going to sleep.</param>
    /// <param name="onError">Told what a mailbox let through; the loop goes on.</param>
    public LoopThread(string name, TimeSpan spin, Action<Exception> onError)
    {
        _spinTicks = (long)(spin.TotalSeconds * Stopwatch.Frequency);
        _onError = onError;
        _thread = new Thread(Run) { IsBackground = true, Name = name };
        _thread.Start();
    }

    /// <summary>The loop this thread is; null on every other thread.</summary>
    public static LoopThread? Current => _current;

    /// <summary>From any thread: runs it on this one, soon.</summary>
    public void Execute(IRunnable run)
    {
        if (_current == this)
        {
            _local.Enqueue(run);
            return;
        }

        _remote.Enqueue(run);
        // The queue must be seen before we look whether anybody sleeps; the loop does both in the other order.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _sleeping) == 1 && Interlocked.Exchange(ref _sleeping, 0) == 1)
            _epoll.WakeUp();
        if (_stopping)
            RunLeftOvers();
    }

    /// <summary>From an owner that runs here.</summary>
    public LoopReadiness Watch(Socket socket, IActorRef owner)
    {
        if (!_free.TryPop(out var slot))
            slot = _used++;
        if (slot == _watched.Length)
            Array.Resize(ref _watched, slot * 2);
        // Descriptors and slots are used again, tokens are not: an event of a socket that is gone finds nobody.
        var readiness = new LoopReadiness(this, socket, owner, (ulong)++_registrations << 32 | (uint)slot);
        try
        {
            _epoll.Add((int)socket.Handle, LoopReadiness.Interest, readiness.Token);
        }
        catch
        {
            _free.Push(slot);
            throw;
        }

        _watched[slot] = readiness;
        return readiness;
    }

    /// <summary>Explicitly, though closing would do: a child process being started may hold a copy of the descriptor for a moment.</summary>
    public void Unwatch(LoopReadiness readiness)
    {
        var slot = (int)(uint)readiness.Token;
        if (_current != this || _watched[slot] != readiness)
            return; // the loop has ended, and with it all that it watched
        if (!readiness.Socket.SafeHandle.IsInvalid)
            _epoll.Remove((int)readiness.Socket.Handle);
        _watched[slot] = null;
        _free.Push(slot);
    }

    /// <summary>Lets the thread end, and waits for it no longer than <paramref name="patience"/>.</summary>
    public void Stop(TimeSpan patience)
    {
        _stopping = true;
        _epoll.WakeUp();
        if (_current != this)
            _thread.Join(patience);
        RunLeftOvers();
    }

    private void Run()
    {
        _current = this;
        while (!_stopping)
        {
            RunQueued();
            if (_local.Count > 0 || !_remote.IsEmpty)
                Poll(block: false);
            else if (!FindsMoreSoon())
                Sleep();
        }

        _current = null;
        _epoll.Dispose();
        while (_local.TryDequeue(out var run))
            ThreadPool.UnsafeQueueUserWorkItem(run, preferLocal: false);
    }

    /// <summary>What was queued when the round began; what that queues in its turn is for the next one, after the sockets.</summary>
    private void RunQueued()
    {
        while (_remote.TryDequeue(out var run))
            _local.Enqueue(run);
        for (var left = _local.Count; left > 0; left--)
            RunOne(_local.Dequeue());
    }

    private void RunOne(IRunnable run)
    {
        try
        {
            run.Run();
        }
        catch (Exception e)
        {
            _onError(e);
        }
    }

    private bool FindsMoreSoon()
    {
        if (_spinTicks == 0)
            return false;
        var until = Stopwatch.GetTimestamp() + _spinTicks;
        do
        {
            if (Poll(block: false) || !_remote.IsEmpty)
                return true;
        }
        while (Stopwatch.GetTimestamp() < until && !_stopping);
        return false;
    }

    private void Sleep()
    {
        Volatile.Write(ref _sleeping, 1);
        Interlocked.MemoryBarrier();
        if (_remote.IsEmpty && !_stopping)
            Poll(block: true);
        Volatile.Write(ref _sleeping, 0);
    }

    private bool Poll(bool block)
    {
        var count = _epoll.Wait(block);
        for (var i = 0; i < count; i++)
        {
            var (token, events) = _epoll[i];
            if ((uint)token < (uint)_watched.Length && _watched[(int)(uint)token] is { } readiness && readiness.Token == token)
                readiness.On(events);
        }

        return count > 0;
    }

    /// <summary>A mailbox that comes after the end still has to be emptied, if only into the dead letters.</summary>
    private void RunLeftOvers()
    {
        if (_thread.IsAlive)
            return;
        while (_remote.TryDequeue(out var run))
            ThreadPool.UnsafeQueueUserWorkItem(run, preferLocal: false);
    }
}
