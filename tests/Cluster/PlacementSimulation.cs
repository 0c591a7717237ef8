using Anode.Cluster.Membership;
using Anode.Cluster.Placement;
using Anode.Cluster.Wire;

namespace Anode.Tests.Cluster;

/// <summary>
/// A whole cluster's placement in virtual time: the brains of directors and hosts, a network that delays and loses, processes that stand still, die and
/// come back, and a membership that finds out. One seed is one run.
/// </summary>
/// <param name="seed">Decides everything.</param>
/// <param name="count">Of members.</param>
/// <param name="endpoints">Named e0, e1 …</param>
/// <param name="hostTimes">Of hosts that do not go by the rules, for the test of the test.</param>
internal sealed class PlacementSimulation(int seed, int count, int endpoints, PlacementTimes? hostTimes = null)
{
    private const int Step = 10;

    private static readonly PlacementTimes Times = PlacementTimes.Default;

    private readonly Random _random = new(seed);
    private readonly List<Process> _processes = [];
    private readonly PriorityQueue<(ProcessId From, ProcessId To, IClusterMessage Message), long> _wire = new();
    private readonly HashSet<ProcessId> _gone = [];
    private readonly HashSet<ProcessId> _out = [];
    private readonly Dictionary<ProcessId, long> _silentSince = [];
    private long _now = 100_000;
    private long _lossUntil;
    private int _uids;

    public List<Ownership> History { get; } = [];

    /// <summary>What happened, for who has to find out why.</summary>
    public List<string> Trace { get; } = [];

    /// <summary>Each run of a process is its own node to the checker, and ended when it was killed.</summary>
    public Dictionary<string, long> Ends { get; } = [];

    public string Describe() => string.Join(", ", _processes.Select(p => $"{p.Name}{(p.Alive ? "" : " dead")}{(_out.Contains(p.Id) ? " out" : "")}: {string.Join(' ', p.Held)}"));

    /// <summary>Endpoints that exactly one living member has.</summary>
    public int Served => Enumerable.Range(0, endpoints).Count(i => Living.Count(p => p.Held.Contains($"e{i}")) == 1);

    private IEnumerable<Process> Living => _processes.Where(p => p.Alive && !_out.Contains(p.Id));

    public void Begin()
    {
        for (var i = 0; i < count; i++)
            Add(((char)('a' + i)).ToString(), i);
        Tell();
    }

    /// <summary>Trouble for a while, then peace.</summary>
    public void Run(TimeSpan trouble, TimeSpan peace)
    {
        var (until, end) = (_now + (long)trouble.TotalMilliseconds, _now + (long)(trouble + peace).TotalMilliseconds);
        for (; _now < end; _now += Step)
        {
            if (_now < until && _random.Next(200) == 0)
                Trouble();
            Detect();
            Deliver(lossy: _now < until);
            foreach (var process in _processes.Where(p => p.Alive && p.PausedUntil <= _now))
                Turn(process);
        }
    }

    private void Trouble()
    {
        var process = _processes[_random.Next(_processes.Count)];
        switch (_random.Next(5))
        {
            case 0 or 1 when process.Alive:
                process.PausedUntil = _now + _random.Next(12_000);
                Trace.Add($"{_now} {process.Run} stands still until {process.PausedUntil}");
                break;
            case 4 when process.Alive:
                process.CutUntil = _now + _random.Next(12_000);
                Trace.Add($"{_now} {process.Run} cut off until {process.CutUntil}");
                break;
            case 2 when process.Alive && Living.Count() > (count / 2) + 1:
                process.Alive = false;
                Ends[process.Run] = process.LastTurn;
                Trace.Add($"{_now} {process.Run} killed");
                _gone.Add(process.Id); // the ports refuse, and everybody is told so
                _out.Add(process.Id);
                Tell();
                break;
            // A member is let in when all others have seen it.
            case 3 when (!process.Alive || _out.Contains(process.Id)) && !Living.Any(IsSilent):
                Revive(process);
                break;
        }
    }

    private void Revive(Process process)
    {
        if (process.Alive)
            Ends[process.Run] = process.LastTurn;
        Trace.Add($"{_now} {process.Run} started anew");
        process.Alive = false;
        _processes.Remove(process);
        _out.Remove(process.Id);
        Add(process.Name, process.Index);
        Tell();
    }

    /// <summary>Akka's part: silence for two seconds is out of reach, for nine is out, if it is not the majority.</summary>
    private void Detect()
    {
        var changed = false;
        foreach (var process in _processes.Where(p => p.Alive && !_out.Contains(p.Id)))
        {
            var silent = IsSilent(process);
            if (silent && _silentSince.TryAdd(process.Id, _now + 2000))
                continue;
            if (!silent)
                changed |= _silentSince.Remove(process.Id, out var since) && since <= _now;
            else if (_silentSince[process.Id] == _now)
                changed = true;
            else if (_now >= _silentSince[process.Id] + 7000 && Living.Count(p => !IsSilent(p)) * 2 > Living.Count())
            {
                _out.Add(process.Id);
                Trace.Add($"{_now} {process.Run} put out");
                _lossUntil = _now + (long)Times.Interregnum.TotalMilliseconds;
                changed = true;
            }
        }

        if (changed)
            Tell();
    }

    private bool IsSilent(Process process) => process.PausedUntil > _now || process.CutUntil > _now;

    private bool IsReachable(Process process) => !_silentSince.TryGetValue(process.Id, out var since) || since > _now;

    private void Tell()
    {
        List<Elector> members = [.. _processes.Where(p => !_out.Contains(p.Id)).OrderBy(p => p.Id.Uid).Select(p => new Elector(p.Id, true, IsReachable(p) && p.Alive))];
        foreach (var process in _processes.Where(p => p.Alive && !_out.Contains(p.Id) && p.CutUntil <= _now))
        {
            process.Director.SetMembers(members, TimeSpan.FromMilliseconds(_lossUntil));
            process.Host.SetMembers(members.Select(member => member.Id));
        }
    }

    private void Turn(Process process)
    {
        // While it stood still it served nobody: what it closes first on waking, it had until it fell asleep.
        var servedUntil = _now - process.LastTurn > 2 * Step ? process.LastTurn : _now;
        if (_now - process.LastTurn > (hostTimes ?? Times).MaxPause.TotalMilliseconds)
            Apply(process, process.Host.Fence(_now)); // its fence wakes with it
        process.LastTurn = _now;
        // Who was put out may not find out for long; it goes on as before.
        if (_now % 200 == process.Index * 10)
            Send(process, process.Director.Tick(TimeSpan.FromMilliseconds(_now), process.Heard));
        if (_now % 500 == process.Index * 10)
            Report(process);
        Apply(process, process.Host.Tick(_now));
        foreach (var (endpoint, at) in process.Closing.Where(one => one.Value <= _now).ToList())
        {
            process.Closing.Remove(endpoint);
            process.Held.Remove(endpoint);
            if (process.Host.OnReleased(endpoint) is { } epoch)
                History.Add(new Ownership(endpoint, process.Run, epoch, false, servedUntil, default));
            Report(process);
        }
    }

    private void Report(Process process)
    {
        if (process.Host.Director is { } director)
            Post(process.Id, director, process.Host.Report(_now));
    }

    private void Deliver(bool lossy)
    {
        var later = new List<(ProcessId From, ProcessId To, IClusterMessage Message)>();
        while (_wire.TryPeek(out var next, out var at) && at <= _now)
        {
            _wire.Dequeue();
            if (_processes.Find(p => p.Id == next.To) is not { Alive: true } process || IsCut(next.From, next.To) || (lossy && _random.Next(20) == 0))
                continue;
            if (process.PausedUntil > _now)
                later.Add(next); // it waits in the kernel's buffer
            else
                Handle(process, next.From, next.Message);
        }

        foreach (var waiting in later)
            _wire.Enqueue(waiting, _now + Step);
    }

    private bool IsCut(ProcessId from, ProcessId to) => from != to && _processes.Exists(p => (p.Id == from || p.Id == to) && p.CutUntil > _now);

    private void Handle(Process process, ProcessId from, IClusterMessage message)
    {
        if (_now - process.LastTurn > 2 * Step)
            Turn(process);
        var now = TimeSpan.FromMilliseconds(_now);
        switch (message)
        {
            case Claim claim:
                var answer = process.Host.OnClaim(from, claim, _now);
                if (answer is Promise && from != process.Id)
                {
                    process.Heard = (from, now);
                    process.Director.OnHostPromised(claim.Term);
                }

                Post(process.Id, from, answer);
                break;
            case Assign assign:
                if (from == process.Host.Director)
                    process.Heard = (from, now);
                var effects = process.Host.OnAssign(from, assign, _now);
                Apply(process, effects);
                if (effects.Count > 0)
                    Report(process);
                break;
            case Promise promise: Send(process, process.Director.OnPromise(from, promise, now)); break;
            case Denied denied: process.Director.OnDenied(denied); break;
            case Report report: Send(process, process.Director.OnReport(from, report, now)); break;
        }
    }

    private void Apply(Process process, IReadOnlyList<HostEffect> effects)
    {
        foreach (var effect in effects)
        {
            if (effect is Take take)
            {
                process.Held.Add(take.Endpoint);
                History.Add(new Ownership(take.Endpoint, process.Run, take.Epoch, true, _now, default));
            }
            else
            {
                process.Closing[effect.Endpoint] = _now + (effect is LetGo { AtOnce: true } ? 0 : _random.Next(60));
            }
        }
    }

    private void Send(Process process, IEnumerable<Outgoing> outgoing)
    {
        foreach (var (to, message) in outgoing)
            Post(process.Id, to, message);
    }

    private void Post(ProcessId from, ProcessId to, IClusterMessage message) => _wire.Enqueue((from, to, message), _now + _random.Next(1, 80));

    private void Add(string name, int index)
    {
        var id = new ProcessId($"{name}:1", ++_uids);
        List<Declared> declared = [.. Enumerable.Range(0, endpoints).Select(i => new Declared($"e{i}", [], []))];
        _processes.Add(new Process(
            id, name, index,
            new HostBrain(id.Uid, name, [], false, declared, hostTimes ?? Times),
            new DirectorBrain(id, Times, _gone.Contains, () => _now / 1000))
        {
            LastTurn = _now,
        });
    }

    private sealed class Process(ProcessId id, string name, int index, HostBrain host, DirectorBrain director)
    {
        public ProcessId Id => id;
        public string Name => name;
        public int Index => index;
        public HostBrain Host => host;
        public DirectorBrain Director => director;
        public string Run => $"{name}#{id.Uid}";
        public bool Alive { get; set; } = true;
        public long PausedUntil { get; set; }
        public long CutUntil { get; set; }
        public long LastTurn { get; set; }
        public (ProcessId, TimeSpan)? Heard { get; set; }
        public HashSet<string> Held { get; } = [];
        public Dictionary<string, long> Closing { get; } = [];
    }
}
