using System.Text.Json;
using Anode.Bench.Servers;

namespace Anode.Bench.Comparing;

/// <summary>All that is compared, and what is demanded of it.</summary>
internal static class Rows
{
    /// <param name="udpRelay">The compiled udp-relay.c; null without a compiler.</param>
    /// <param name="idleConnections">How many to hold.</param>
    public static IReadOnlyList<Row> All(string? udpRelay, int idleConnections)
    {
        var nats = new Side("nats-server", NatsServer.Find() is null ? null : () => new NatsServer(), "nats");
        var overNats = new Side("anode over NATS", AnodeServer.Start, "nats");
        var native = new Side("anode native", AnodeServer.Start, "native");
        var bare = new Side("bare relay", () => BareServer.Stream(subscribers: 1), "bare");
        var overUdp = new Side("anode over UDP", AnodeServer.Start, "udp");
        var loop = new Side("recvfrom and sendto in C", udpRelay is null ? null : () => BareServer.Datagram(udpRelay), "bare");

        var rows = new List<Row>();
        (string Name, string[] Flags)[] shapes =
        [
            ("1→1", []), ("1→4", ["--sub", "4"]), ("4→4", ["--pub", "4", "--sub", "4"]), ("4 pairs", ["--pairs", "4"]),
        ];
        foreach (var (size, name) in ((string, string)[])[("128", "128 B"), ("1KiB", "1 KiB"), ("16KiB", "16 KiB")])
        {
            foreach (var shape in shapes)
            {
                var small = size is "128";
                var beside = shape.Name is "1→1";
                List<Side> sides = [nats, overNats, .. small || beside ? [native] : (Side[])[], .. beside ? [bare] : (Side[])[]];
                List<Line> lines = [new("msg/s", overNats, nats, Number("deliveredPerSecond"), Demand.Least(small ? 3 : shape.Name is "4 pairs" ? 1.5 : 2))];
                if (small)
                    lines.Add(new("msg/s", native, nats, Number("deliveredPerSecond"), Demand.Least(4.5)));
                if (beside)
                    lines.Add(new("MB/s", native, bare, Number("megabytesPerSecond"), Demand.Least(0.8)));
                if (small)
                    lines.AddRange(Costs(overNats, native, nats, "delivered"));
                rows.Add(new Row($"{shape.Name} {name}", ["pub-sub", "--size", size, .. shape.Flags], [.. sides], [.. lines]));
            }
        }

        rows.Add(new Row("churn 128 B", ["pub-sub", "--size", "128", "--churn", "50000/s"], [nats, overNats, native],
        [
            new("msg/s", overNats, nats, Number("deliveredPerSecond"), Demand.Least(3)),
            new("msg/s", native, nats, Number("deliveredPerSecond"), Demand.Least(4.5)),
        ]));
        rows.Add(new Row("request 128 B", ["request", "--size", "128"], [nats, overNats, native],
        [
            new("p50 µs", overNats, nats, Number("latency", "p50"), Demand.Most(0.6)),
            new("p99 µs", overNats, nats, Number("latency", "p99"), Demand.Most(0.6)),
            new("p50 µs", native, nats, Number("latency", "p50"), Demand.Most(0.6)),
            new("p99 µs", native, nats, Number("latency", "p99"), Demand.Most(0.6)),
        ])
        { WarmUp = TimeSpan.FromSeconds(10) });
        rows.Add(new Row("connect", ["connect"], [nats, overNats, native],
        [
            new("connects/s", overNats, nats, Number("connectionsPerSecond"), Demand.Least(2.5)),
            new("connects/s", native, nats, Number("connectionsPerSecond"), Demand.Least(2.5)),
            new("CPU s per million connected", overNats, nats, Number("serverUsage", "cpuSecondsPerMillion"), Demand.Most(1)),
            new("CPU s per million connected", native, nats, Number("serverUsage", "cpuSecondsPerMillion"), Demand.Most(1)),
        ])
        { WarmUp = TimeSpan.FromSeconds(10) });
        rows.Add(new Row("idle", ["idle", "--connections", idleConnections.ToString(System.Globalization.CultureInfo.InvariantCulture)], [nats, overNats, native],
        [
            new("RSS B per connection", overNats, nats, Number("residentBytesPerConnection"), Demand.Most(0.4)),
            new("RSS B per connection", native, nats, Number("residentBytesPerConnection"), Demand.Most(0.4)),
        ])
        { IsTimed = false });
        rows.Add(new Row("udp 64 B", ["udp", "--size", "64"], [loop, overUdp],
            [new("datagrams/s", overUdp, loop, Number("deliveredPerSecond"), Demand.Least(0.8))]));
        rows.AddRange(Chains(native, bare));
        return rows;
    }

    /// <summary>Four nodes in a row beside one. How much of one's throughput is left is for the kernel to say as well, so bare relays stand beside them.</summary>
    private static IEnumerable<Row> Chains(Side native, Side bare)
    {
        const int Length = 4;
        var chain = new Side("four nodes in a row", () => AnodeServer.Chain(Length), "native");
        var bareChain = new Side("four bare relays in a row", () => BareServer.Chain(Length), "bare");
        yield return new Row("chain 128 B", ["pub-sub", "--size", "128"], [native, chain, bare, bareChain],
        [
            new("msg/s", chain, native, Number("deliveredPerSecond"), Demand.Least(0.5)),
            new("msg/s", bareChain, bare, Number("deliveredPerSecond"), Demand.Least(0.5)),
            new("MB/s", chain, bareChain, Number("megabytesPerSecond"), Demand.Least(0.8)),
        ]);
        yield return new Row("chain 128 B, 10,000/s", ["pub-sub", "--size", "128", "--rate", "10000/s"], [native, chain, bare, bareChain],
        [
            new("p50 µs", chain, native, Number("latency", "p50"), Demand.Most(Length)),
            new("p99 µs", chain, native, Number("latency", "p99"), Demand.Most(Length)),
            new("p50 µs", chain, bareChain, Number("latency", "p50"), Demand.Most(2)),
        ])
        { WarmUp = TimeSpan.FromSeconds(10) };
    }

    private static IEnumerable<Line> Costs(Side overNats, Side native, Side nats, string per) =>
    [
        new($"CPU s per million {per}", overNats, nats, Number("serverUsage", "cpuSecondsPerMillion"), Demand.Most(0.3)),
        new($"CPU s per million {per}", native, nats, Number("serverUsage", "cpuSecondsPerMillion"), Demand.Most(0.3)),
        new($"allocated B per {per}", overNats, null, Number("serverUsage", "allocatedBytesPerMessage"), Demand.Most(1)),
        new($"allocated B per {per}", native, null, Number("serverUsage", "allocatedBytesPerMessage"), Demand.Most(1)),
    ];

    private static Func<JsonElement, double?> Number(params string[] path) => report =>
    {
        foreach (var name in path)
        {
            if (!report.TryGetProperty(name, out report))
                return null;
        }

        return report.GetDouble();
    };
}
