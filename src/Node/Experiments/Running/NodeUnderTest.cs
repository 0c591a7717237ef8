using System.Diagnostics;
using Anode.Messages;

namespace Anode.Experiments.Running;

/// <summary>Where one node is reached.</summary>
internal sealed record Doors(string Native, string Nats, string Http);

/// <summary>One server of an experiment: a process of ours that can be ended and started anew at the same ports, or one that runs already.</summary>
internal sealed class NodeUnderTest : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Keeper _keeper;
    private readonly Journal _journal;
    private readonly string[] _command;
    private readonly string _readyFile;
    private readonly string _log;
    private readonly object _gate = new();
    private readonly List<Process> _ended = [];
    private Process? _process;
    private int _handle = -1;
    private bool _expected;

    public NodeUnderTest(string name, Doors doors, string[] command, string readyFile, string log, Keeper keeper, Journal journal) =>
        (Name, Doors, _command, _readyFile, _log, _keeper, _journal) = (name, doors, command, readyFile, log, keeper, journal);

    public string Name { get; }

    public Doors Doors { get; }

    /// <summary>Not null: its wall clock is its own, and what it says of times is not to be believed.</summary>
    public FakeClock? Clock { get; init; }

    public bool IsOurs => _command.Length > 0;

    public int Pid => _process?.Id ?? 0;

    /// <summary>It has ended, and nobody wanted that.</summary>
    public bool EndedByItself
    {
        get
        {
            lock (_gate)
                return !_expected && HasEnded;
        }
    }

    public bool HasEnded => _process is { HasExited: true };

    public int ExitCode => _process!.ExitCode;

    /// <summary>Counted up with each start: followers begin anew.</summary>
    public int Incarnation { get; private set; }

    public NetAddress AddressFor(string protocol) => NetAddress.Parse(protocol == "nats" ? Doors.Nats : Doors.Native);

    public void Start()
    {
        lock (_gate)
        {
            if (_readyFile.Length > 0)
                File.Delete(_readyFile);
            // Others may be looking at it, so it is kept until the end.
            if (_process is not null)
                _ended.Add(_process);
            CloseHandle();
            _process = _keeper.Start(_command, _log);
            _expected = false;
            _handle = Kernel.Open(_process.Id);
            _journal.Process(_process.Id, $"node {Name}");
            Incarnation++;
        }
    }

    /// <summary>Waits on this thread.</summary>
    /// <exception cref="InvalidOperationException">It ended, or took too long; the message says which and what it said last.</exception>
    public void AwaitReady(CancellationToken cancellation)
    {
        for (var clock = Stopwatch.StartNew(); ;)
        {
            if (IsReady())
                return;
            if (HasEnded)
                throw new InvalidOperationException($"node {Name} ended with {ExitCode} before it was ready: {LastWords()}");
            if (clock.Elapsed > Patience)
                throw new InvalidOperationException($"node {Name} was not ready within {Patience.TotalSeconds} s: {LastWords()}");
            if (cancellation.WaitHandle.WaitOne(20))
                throw new OperationCanceledException(cancellation);
        }
    }

    public bool Signal(int signal)
    {
        lock (_gate)
        {
            if (signal is Kernel.SIGKILL or Kernel.SIGTERM)
                _expected = true;
            return _handle >= 0 && !HasEnded && Kernel.Signal(_handle, signal);
        }
    }

    /// <summary>Null: it has not ended in that time.</summary>
    public int? AwaitEnd(TimeSpan patience) => _process is { } process && process.WaitForExit(patience) ? process.ExitCode : null;

    /// <summary>SIGTERM, and after a while SIGKILL; also of one that stands still.</summary>
    public void Stop(TimeSpan patience)
    {
        if (!IsOurs || _process is null)
            return;
        Signal(Kernel.SIGCONT);
        Signal(Kernel.SIGTERM);
        if (AwaitEnd(patience) is null)
        {
            Signal(Kernel.SIGKILL);
            AwaitEnd(patience);
        }
    }

    public void Dispose()
    {
        Stop(TimeSpan.FromSeconds(1));
        CloseHandle();
        _process?.Dispose();
        foreach (var process in _ended)
            process.Dispose();
    }

    private bool IsReady()
    {
        if (_readyFile.Length > 0)
            return File.Exists(_readyFile);
        try
        {
            using var connection = FlowConnection.Open(AddressFor("nats"), FlowWire.Of("nats"), "ready", "");
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private string LastWords()
    {
        try
        {
            return string.Join(" | ", File.ReadLines(_log).TakeLast(3));
        }
        catch (IOException)
        {
            return "it said nothing";
        }
    }

    private void CloseHandle()
    {
        if (_handle >= 0)
            Kernel.Close(_handle);
        _handle = -1;
    }
}
