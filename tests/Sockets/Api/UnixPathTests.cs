using System.Net.Sockets;
using System.Runtime.Versioning;
using Anode.Messages;
using Anode.Sockets;
using Xunit;

namespace Anode.Tests.Sockets.Api;

/// <summary>A path is removed when it is stale or ours, and never otherwise.</summary>
[SupportedOSPlatform("linux")]
public sealed class UnixPathTests : SocketSpec
{
    private readonly string _path = Transports.NewPath();

    private NetAddress Address => NetAddress.UnixPath(Scheme.Unix, _path);

    [Theory]
    [InlineData(SocketKind.Stream)]
    [InlineData(SocketKind.Datagram)]
    public void Path_is_removed_on_close(SocketKind kind)
    {
        var address = NetAddress.UnixPath(kind == SocketKind.Stream ? Scheme.Unix : Scheme.UnixGram, _path);
        var socket = Open(Family.Unix, kind);
        socket.Tell(new Sock.Bind(address));
        Assert.Equal(address, socket.Expect<Sock.Bound>().Local);
        Assert.True(File.Exists(_path));
        socket.Tell(new Sock.Close());
        socket.ExpectClosed(CloseReason.Requested);
        Assert.False(File.Exists(_path));
    }

    [Fact]
    public void Path_stays_while_connections_come_and_go()
    {
        var (listener, local) = Listening(Address);
        using (PlainStream.Connect(local))
        {
            listener.ExpectFromNew<Sock.Accepted>(out var conn);
            conn.Tell(new Sock.Abort());
            conn.ExpectClosed(CloseReason.Aborted);
        }

        using var second = PlainStream.Connect(local);
        listener.ExpectFromNew<Sock.Accepted>(out _);
    }

    [Theory]
    [InlineData(SocketKind.Stream)]
    [InlineData(SocketKind.Datagram)]
    public void Stale_path_is_removed_and_bound(SocketKind kind)
    {
        LeaveStale(kind);
        var socket = Open(Family.Unix, kind);
        socket.Tell(new Sock.Bind(NetAddress.UnixPath(kind == SocketKind.Stream ? Scheme.Unix : Scheme.UnixGram, _path)));
        socket.Expect<Sock.Bound>();
    }

    [Fact]
    public void Live_servers_path_is_kept()
    {
        var (live, local) = Listening(Address);
        AssertInUse(Scheme.Unix);
        using var peer = PlainStream.Connect(local);
        live.ExpectFromNew<Sock.Accepted>(out _);
    }

    [Fact]
    public void Live_datagram_sockets_path_is_kept_from_streams()
    {
        using var live = PlainSockets.Datagram(NetAddress.UnixPath(Scheme.UnixGram, _path), AddressFamily.Unix);
        AssertInUse(Scheme.Unix);
        AssertInUse(Scheme.UnixGram);
        Assert.True(File.Exists(_path));
    }

    [Fact]
    public void Server_with_a_full_backlog_counts_as_live()
    {
        using var live = PlainSockets.Listener(Address, backlog: 0);
        using var waiting = PlainStream.Connect(Address);
        AssertInUse(Scheme.Unix);
        Assert.True(File.Exists(_path));
    }

    [Fact]
    public void Regular_file_is_never_removed()
    {
        File.WriteAllText(_path, "precious");
        AssertInUse(Scheme.Unix);
        AssertInUse(Scheme.UnixGram);
        Assert.Equal("precious", File.ReadAllText(_path));
        File.Delete(_path);
    }

    [Fact]
    public void Directory_is_never_removed()
    {
        Directory.CreateDirectory(_path);
        AssertInUse(Scheme.Unix);
        Directory.Delete(_path);
    }

    [Fact]
    public void Link_to_a_dead_socket_is_never_removed()
    {
        var target = Transports.NewPath();
        LeaveStale(SocketKind.Stream);
        File.Move(_path, target);
        File.CreateSymbolicLink(_path, target);
        AssertInUse(Scheme.Unix);
        File.Delete(_path);
        File.Delete(target);
    }

    [Fact]
    public void Socket_of_another_family_leaves_a_stale_path_alone()
    {
        LeaveStale(SocketKind.Stream);
        var socket = Open(Family.Inet, SocketKind.Stream);
        var bind = new Sock.Bind(Address);
        socket.Tell(bind);
        socket.ExpectFailed(bind, SocketErrors.EAFNOSUPPORT);
        Assert.True(Path.Exists(_path));
        File.Delete(_path);
    }

    [Fact]
    public void Mode_of_the_path_is_as_asked()
    {
        Listening(Address, options: new Sock.Options(UnixMode: 0b110_000_000));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_path));
    }

    private void AssertInUse(Scheme scheme)
    {
        var second = Open(Family.Unix, scheme == Scheme.Unix ? SocketKind.Stream : SocketKind.Datagram);
        var bind = new Sock.Bind(NetAddress.UnixPath(scheme, _path));
        second.Tell(bind);
        second.ExpectFailed(bind, SocketErrors.EADDRINUSE);
        second.Tell(new Sock.Close());
        second.ExpectClosed(CloseReason.Requested);
        Assert.True(Path.Exists(_path));
    }

    /// <summary>What a killed process leaves: a path nobody is bound to any more. The runtime would remove it, so it is moved aside meanwhile.</summary>
    private void LeaveStale(SocketKind kind)
    {
        var aside = Transports.NewPath();
        using (var dead = kind == SocketKind.Stream ? PlainSockets.Listener(Address) : PlainSockets.Datagram(Address, AddressFamily.Unix))
            File.Move(_path, aside);
        File.Move(aside, _path);
    }
}
