using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Anode.Tests.Support.Machines;

/// <summary>
/// Machines on one switch: a network namespace each, joined by a bridge that has a namespace of its own, so that this machine's network sees
/// nothing of it. Cables are pulled and packets dropped without a word to anybody, as real ones are. Gone when disposed; what a test run that was killed
/// has left behind goes with the next.
/// </summary>
internal sealed class Network : IAsyncDisposable
{
    private const string Prefix = "anode-test-";

    private static int _count;

    private readonly string _name = $"{Prefix}{Environment.ProcessId}-{Interlocked.Increment(ref _count)}-";
    private readonly List<string> _machines = [];

    private Network()
    {
    }

    private string Switch => $"{_name}switch";

    /// <summary>Machines of these names.</summary>
    public static async Task<Network> OfAsync(params string[] machines)
    {
        await SweepAsync();
        var network = new Network();
        try
        {
            await network.Ip($"netns add {network.Switch}");
            await network.OnSwitch("link add name switch type bridge");
            await network.OnSwitch("link set dev switch up");
            foreach (var machine in machines)
                await network.AddAsync(machine);
            return network;
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }
    }

    /// <summary>Of its only card.</summary>
    public string AddressOf(string machine) => $"10.77.0.{_machines.IndexOf(machine) + 1}";

    /// <summary>Sockets opened and processes started there stay there.</summary>
    public Task<T> RunIn<T>(string machine, Func<T> work) => Namespaces.RunIn(_name + machine, work);

    /// <summary>A node on that machine; returns when it is ready.</summary>
    public async Task<NodeProcess> StartAsync(string machine, params string[] args) => await await RunIn(machine, () => NodeProcess.StartAsync(args));

    /// <summary>Asks servers of that machine, on the machine itself: no cable matters.</summary>
    public HttpClient HttpOn(string machine) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        ConnectCallback = async (context, _) => new NetworkStream(await RunIn(machine, () =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            socket.Connect(IPAddress.Loopback, context.DnsEndPoint.Port);
            return socket;
        }), ownsSocket: true),
    })
    { Timeout = AnodeProcess.Patience };

    /// <summary>The machine goes away: its card sees that the cable is gone.</summary>
    public Task UnplugAsync(string machine) => OnSwitch($"link set dev {machine} down");

    public Task PlugAsync(string machine) => OnSwitch($"link set dev {machine} up");

    /// <summary>The switch loses the machine's port: nothing comes through, and neither end can see why.</summary>
    public Task IsolateAsync(string machine) => OnSwitch($"link set dev {machine} nomaster");

    public Task JoinAsync(string machine) => OnSwitch($"link set dev {machine} master switch");

    /// <summary>Whatever one machine says to another is lost; the other way is open.</summary>
    public Task MuteAsync(string from, string to) =>
        Filter("switch", "bridge", "hook forward", $"iifname {from} oifname {to} drop");

    /// <summary>Whatever one machine says to another by TCP is answered with a reset, its open connections too.</summary>
    public Task ResetAsync(string from, string to) => Filter(to, "ip", "hook input", $"ip saddr {AddressOf(from)} meta l4proto tcp reject with tcp reset");

    /// <summary>That machine, or the switch, filters nothing any more.</summary>
    public Task UnfilterAsync(string place) => Nft(place, "flush ruleset");

    /// <summary>Its card says that it cannot multicast.</summary>
    public Task ForbidMulticastAsync(string machine) => Ip($"-n {_name}{machine} link set dev eth0 multicast off");

    public async ValueTask DisposeAsync()
    {
        foreach (var name in (string[])[.. _machines, "switch"])
            await RunAsync("ip", $"netns del {_name}{name}");
    }

    private async Task AddAsync(string machine)
    {
        _machines.Add(machine);
        var place = _name + machine;
        await Ip($"netns add {place}");
        // Both ends are made where they belong, so their names need to be free nowhere else.
        await OnSwitch($"link add name {machine} type veth peer name eth0 netns {place}");
        await OnSwitch($"link set dev {machine} master switch up");
        await Ip($"-n {place} addr add {AddressOf(machine)}/24 broadcast + dev eth0");
        await Ip($"-n {place} link set lo up");
        await Ip($"-n {place} link set eth0 up");
    }

    private Task Filter(string place, string family, string hook, string rule) => Nft(
        place, $"add table {family} test; add chain {family} test pass {{ type filter {hook} priority 0; }}; add rule {family} test pass {rule}");

    private Task Nft(string place, string commands) => Must("ip", $"netns exec {_name}{place} {Namespaces.Find("nft")} \"{commands}\"");

    private Task OnSwitch(string what) => Ip($"-n {Switch} {what}");

    private Task Ip(string what) => Must("ip", what);

    private static async Task Must(string program, string arguments)
    {
        if (await RunAsync(program, arguments) is { Length: > 0 } refused)
            throw new InvalidOperationException($"{program} {arguments}: {refused}");
    }

    /// <summary>Of processes that are no more.</summary>
    private static async Task SweepAsync()
    {
        if (!Directory.Exists("/run/netns"))
            return;
        foreach (var left in Directory.EnumerateFiles("/run/netns", Prefix + "*").Select(file => Path.GetFileName(file)))
        {
            var owner = left[Prefix.Length..].Split('-')[0];
            if (int.TryParse(owner, CultureInfo.InvariantCulture, out var pid) && !Directory.Exists($"/proc/{pid}"))
                await RunAsync("ip", $"netns del {left}");
        }
    }

    /// <returns>Empty, or why not.</returns>
    private static async Task<string> RunAsync(string program, string arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Namespaces.Find(program) ?? throw new Win32Exception($"no {program} here"), arguments)
        {
            RedirectStandardError = true,
        })!;
        var errors = await process.StandardError.ReadToEndAsync().WaitAsync(AnodeProcess.Patience);
        await process.WaitForExitAsync().WaitAsync(AnodeProcess.Patience);
        return process.ExitCode == 0 ? "" : $"exit code {process.ExitCode} {errors}";
    }
}
