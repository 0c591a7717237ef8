using Anode.Messages;
using CsCheck;

namespace Anode.Tests.Sockets.Serialization;

/// <summary>Generators for every message: all forms of addresses, all optional items present and absent, the full range of numbers.</summary>
internal static class MessageGen
{
    /// <summary>Any text that is UTF-16: lone surrogates have no UTF-8 and no business in a name.</summary>
    private static readonly Gen<string> Text = Gen.OneOf(
        Gen.String[Gen.Char['\0', '\uD7FF'], 0, 300], Gen.OneOfConst("", "λ", "😀", new string('x', 70_000)));

    private static readonly Gen<ReadOnlyMemory<byte>> Bytes = Gen.OneOf(Gen.Byte.Array[0, 300], Gen.Byte.Array[65_000, 70_000])
        .Select(bytes => new ReadOnlyMemory<byte>(bytes));

    private static readonly Gen<bool> Bool = Gen.Bool;
    private static readonly Gen<int> Int = Gen.OneOf(Gen.Int, Gen.Int[-40, 300]);
    private static readonly Gen<long> Long = Gen.OneOf(Gen.Long, Gen.Long[-40, 300]);
    private static readonly Gen<TimeSpan> Span = Long.Select(TimeSpan.FromTicks);

    private static readonly Gen<DateTimeOffset> Time = Gen.Long[DateTime.MinValue.Ticks, DateTime.MaxValue.Ticks]
        .Select(ticks => new DateTimeOffset(ticks, TimeSpan.Zero));

    /// <summary>Beyond the names: a newer node may have more of them.</summary>
    private static readonly Gen<Family> AnyFamily = Gen.OneOf(Gen.Enum<Family>(), Int.Select(number => (Family)number));

    private static readonly Gen<SocketKind> AnyKind = Gen.OneOf(Gen.Enum<SocketKind>(), Int.Select(number => (SocketKind)number));
    private static readonly Gen<CloseReason> AnyReason = Gen.OneOf(Gen.Enum<CloseReason>(), Int.Select(number => (CloseReason)number));

    private static readonly Gen<string> IpHost = Gen.OneOf(
        Gen.OneOfConst("localhost", "0.0.0.0", "::", "::1", "fe80::1%3", "xn--bcher-kva.example"),
        Gen.Byte.Array[4].Select(bytes => new System.Net.IPAddress(bytes).ToString()),
        Gen.Byte.Array[16].Select(bytes => new System.Net.IPAddress(bytes).ToString()));

    /// <summary>Absolute, abstract, and what only a kernel reports: unnamed, relative, abstract with zero bytes.</summary>
    private static readonly Gen<string> UnixHost = Gen.OneOf(
        Gen.String[Gen.Char.AlphaNumeric, 1, NetAddress.MaxUnixPathBytes - 1].Select(name => "/" + name),
        Gen.String[Gen.Char.AlphaNumeric, 1, NetAddress.MaxUnixPathBytes - 1].Select(name => "@" + name),
        Gen.OneOfConst("", "relative.sock", "@", "@a\0b"));

    public static readonly Gen<NetAddress> Address = Gen.OneOf(
        Gen.Select(Gen.OneOfConst(Scheme.Tcp, Scheme.Tls, Scheme.Udp), IpHost, Gen.Int[0, 65535], NetAddress.HostPort),
        Gen.Select(Gen.OneOfConst(Scheme.Unix, Scheme.UnixGram), UnixHost, NetAddress.UnixPath));

    private static readonly Gen<Sock.KeepAlive> KeepAlive = Gen.Select(Span, Span, Int, (idle, interval, probes) =>
        new Sock.KeepAlive(idle, interval, probes));

    private static readonly Gen<Sock.Options> Options =
        Gen.Select(
            Gen.Select(Bool, OrNull(KeepAlive), OrNothing(Int), OrNothing(Int)),
            Gen.Select(Bool, Bool, Bool),
            Gen.Select(OrNothing(Int), Int, Int),
            (a, b, c) => new Sock.Options(a.Item1, a.Item2, a.Item3, a.Item4, b.Item1, b.Item2, b.Item3, c.Item1, c.Item2, c.Item3));

    private static readonly Gen<Sock.PeerCredentials> Credentials = Gen.Select(Int, Gen.UInt, Gen.UInt, (process, user, group) =>
        new Sock.PeerCredentials(process, user, group));

    private static readonly (Type Type, Gen<object> Gen)[] Commands =
    [
        Of(Gen.Select(AnyFamily, AnyKind, Int, OrNull(Options), (f, k, p, o) => new Sock.Open(f, k, p, o))),
        Of(Address.Select(address => new Sock.Bind(address))),
        Of(Gen.Select(Int, Bool, (backlog, pull) => new Sock.Listen(backlog, pull))),
        Of(Int.Select(count => new Sock.Accept(count))),
        Of(Gen.Select(Address, OrNothing(Span), (address, timeout) => new Sock.Connect(address, timeout))),
        Of(Long.Select(credit => new Sock.ReadMore(credit))),
        Of(Gen.Select(Bytes, OrNothing(Long), (bytes, receipt) => new Sock.Send(bytes, receipt))),
        Of(Gen.Select(Bytes, Address, OrNothing(Long), (bytes, address, receipt) => new Sock.SendTo(bytes, address, receipt))),
        Of(Gen.Enum<Direction>().Select(how => new Sock.Shutdown(how))),
        Of(Gen.Const(new Sock.Close())),
        Of(Gen.Const(new Sock.Abort())),
        Of(Gen.Const(new Sock.GetHostName())),
        Of(Gen.Const(new Sock.Own())),
    ];

    private static readonly (Type Type, Gen<object> Gen)[] Events =
    [
        Of(Gen.Select(AnyFamily, AnyKind, (family, kind) => new Sock.Opened(family, kind))),
        Of(Address.Select(local => new Sock.Bound(local))),
        Of(Gen.Select(Address, Int, (local, backlog) => new Sock.Listening(local, backlog))),
        Of(Gen.Select(Long, Address, OrNull(Credentials), (conn, peer, who) => new Sock.Accepted(conn, peer, who))),
        Of(Gen.Select(Long, Address, Address, (conn, local, remote) => new Sock.Connected(conn, local, remote))),
        Of(Bytes.Select(bytes => new Sock.Received(bytes))),
        Of(Gen.Select(Bytes, Address, Bool, (bytes, address, cut) => new Sock.ReceivedFrom(bytes, address, cut))),
        Of(Gen.Const(new Sock.PeerClosed())),
        Of(Long.Select(receipt => new Sock.Sent(receipt))),
        Of(Long.Select(receipt => new Sock.SentTo(receipt))),
        Of(Text.Select(name => new Sock.HostName(name))),
        Of(Gen.Select(AnyReason, Int, (reason, errno) => new Sock.Closed(reason, errno))),
        Of(Gen.Select(Gen.OneOf(Commands.Select(row => row.Gen).ToArray()), Int, Text, Text, (command, errno, name, message) =>
            new Sock.CommandFailed((Sock.ICommand)command, errno, name, message))),
    ];

    private static readonly Gen<Endpoint.Failure> Failure = Gen.Select(Int, Text, Text, Time, (errno, name, message, at) =>
        new Endpoint.Failure(errno, name, message, at));

    private static readonly Gen<Endpoint.Status> Status =
        Gen.Select(
            Gen.Select(Text, Text, Text, OrNothing(AnyFamily), AnyKind),
            Gen.Select(Address, OrNull(Address), Gen.Enum<Endpoint.State>(), Bool),
            Gen.Select(Int, Int, OrNull(Failure), Int),
            Gen.Select(OrNothing(Time), Int, Text),
            (a, b, c, d) => new Endpoint.Status(
                a.Item1, a.Item2, a.Item3, a.Item4, a.Item5, b.Item1, b.Item2, b.Item3, b.Item4,
                c.Item1, c.Item2, c.Item3, c.Item4, d.Item1, d.Item2, d.Item3));

    private static readonly (Type Type, Gen<object> Gen)[] Endpoints =
    [
        Of(Gen.Const(new Endpoint.Suspend())),
        Of(Gen.Const(new Endpoint.Resume())),
        Of(Gen.Const(new Endpoint.Restart())),
        Of(Gen.Const(new Endpoint.Stop())),
        Of(Gen.Const(new Endpoint.GetStatus())),
        Of(Status),
        Of(Status.Select(status => new Endpoint.Changed(status))),
        Of(Gen.Select(Text, Gen.Enum<Endpoint.State>(), Text, (name, state, message) => new Endpoint.Unavailable(name, state, message))),
    ];

    public static readonly IReadOnlyDictionary<Type, Gen<object>> ByType =
        Commands.Concat(Events).Concat(Endpoints).ToDictionary(row => row.Type, row => row.Gen);

    private static (Type, Gen<object>) Of<T>(Gen<T> gen) where T : class => (typeof(T), gen.Select(message => (object)message));

    private static Gen<T?> OrNull<T>(Gen<T> gen) where T : class => Gen.OneOf(Gen.Const((T?)null), gen.Select(value => (T?)value));

    private static Gen<T?> OrNothing<T>(Gen<T> gen) where T : struct => Gen.OneOf(Gen.Const((T?)null), gen.Select(value => (T?)value));
}
