using Anode.Sockets;

namespace Anode.Hosting.Configuration;

/// <summary>How the node learns that its sockets are ready. Units and reasons: <c>hocon.conf</c>.</summary>
internal sealed record SocketsOptions
{
    public required DriverKind Driver { get; init; }
    public required int Loops { get; init; }
    public required int SpinMicroseconds { get; init; }

    public static SocketsOptions Map(Fields<SocketsOptions> fields)
    {
        var sockets = new SocketsOptions
        {
            Driver = fields.Value("driver", o => o.Driver, Drivers),
            Loops = fields.Count("loops", o => o.Loops, 0, 1024),
            SpinMicroseconds = fields.Count("spin-microseconds", o => o.SpinMicroseconds, 0, 10_000),
        };
        fields.Require(
            sockets.Driver != DriverKind.Epoll || OperatingSystem.IsLinux(), "driver", "node.sockets.driver = epoll is for Linux: choose managed, or auto");
        return sockets;
    }

    private static readonly ValueKind<DriverKind> Drivers = ValueKinds.OneOf(
        ("auto", DriverKind.Auto), ("managed", DriverKind.Managed), ("epoll", DriverKind.Epoll));
}
