namespace Anode.Bench.Servers;

/// <summary>What only copies bytes: <see cref="BareRelay"/> for streams, udp-relay.c for datagrams. Both print their port.</summary>
internal sealed class BareServer : Server
{
    private readonly string _scheme;
    private volatile string? _port;

    private BareServer(string scheme, string program, params string[] arguments)
        : base(program, arguments)
    {
        _scheme = scheme;
        AwaitReady(() => _port is not null);
    }

    public static BareServer Stream(int subscribers) =>
        new("tcp", "dotnet", typeof(BareServer).Assembly.Location, "bare", subscribers.ToString(System.Globalization.CultureInfo.InvariantCulture));

    public static BareServer Datagram(string program) => new("udp", program);

    public override string UriFor(string protocol) => $"{_scheme}://127.0.0.1:{_port}";

    protected override void Said(string? line) => _port ??= line;
}
