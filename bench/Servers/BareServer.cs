using System.Globalization;

namespace Anode.Bench.Servers;

/// <summary>What only copies bytes: <see cref="BareRelay"/> for streams, udp-relay.c for datagrams. Both print their port.</summary>
internal sealed class BareServer : Server
{
    private readonly string _scheme;
    private volatile string? _port;

    private BareServer(string scheme, string program, string[] arguments, BareServer? before = null)
        : base(program, arguments, before)
    {
        _scheme = scheme;
        AwaitReady(() => _port is not null);
    }

    /// <param name="subscribers">How many its publisher waits for.</param>
    /// <param name="from">The one before it in a chain; null: the first, or the only one.</param>
    public static BareServer Stream(int subscribers, BareServer? from = null)
    {
        string[] before = from is null ? [] : [from._port!];
        return new("tcp", "dotnet", [typeof(BareServer).Assembly.Location, "bare", subscribers.ToString(CultureInfo.InvariantCulture), .. before], from);
    }

    /// <param name="length">How many one after the other; at least one.</param>
    public static BareServer Chain(int length)
    {
        var last = Stream(subscribers: 1);
        for (var i = 1; i < length; i++)
            last = Stream(subscribers: 1, last);
        return last;
    }

    public static BareServer Datagram(string program) => new("udp", program, []);

    public override string UriFor(string protocol) => $"{_scheme}://127.0.0.1:{_port}";

    protected override void Said(string? line) => _port ??= line;
}
