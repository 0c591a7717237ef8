using System.Net.Sockets;
using Akka.Actor;
using Anode.Messages;
using Anode.Sockets;
using Xunit;
using static Anode.Messages.Endpoint;
using Status = Anode.Messages.Endpoint.Status;

namespace Anode.Tests.Sockets.Endpoints;

/// <summary>A listener under its guard, tested by killing.</summary>
public sealed class ListenerTests : GuardSpec
{
    [Theory]
    [InlineData(Transport.Tcp4)]
    [InlineData(Transport.Tcp6)]
    [InlineData(Transport.UnixPath)]
    [InlineData(Transport.UnixAbstract)]
    public void Guard_reports_its_endpoint_as_data(Transport transport)
    {
        var spec = Spec(transport);
        var (guard, local) = Served(spec);
        using var peer = PlainStream.Connect(local);
        AssertEchoes(peer, "hello");

        var status = StatusOf(guard);
        Assert.Equal(("echo", "listener", "echo"), (status.Name, status.Kind, status.Protocol));
        Assert.Equal((spec.Address.Family, SocketKind.Stream), (status.Family, status.Type));
        Assert.Equal((spec.Address, local, State.Bound), (status.Address, status.Local, status.State));
        Assert.Equal((1, 0, 0, 1), (status.Incarnation, status.Restarts, status.Attempts, status.Connections));
        Assert.Null(status.LastFailure);
        Assert.Null(status.NextAttemptAt);
        Assert.Equal(guard.Path.ToStringWithoutAddress(), status.ActorPath);
        var record = Assert.Single(Sockets.Connections.Open);
        Assert.Equal(("echo", "echo", 5), (record.Endpoint, record.Protocol, record.BytesIn));
        Eventually(() => Assert.Equal((5, 1), (record.BytesOut, record.MessagesOut))); // counted behind the system call
        Assert.Equal($"{status.ActorPath}/conns/conn-{record.Id}", record.ActorPath);
    }

    [Theory]
    [InlineData(Transport.Tcp4)]
    [InlineData(Transport.UnixPath)]
    public void Listener_crash_keeps_open_connections_and_binds_the_same_address_at_once(Transport transport)
    {
        var (guard, local) = Served(Spec(transport));
        using var peer = PlainStream.Connect(local);
        AssertEchoes(peer, "before");

        Crash(Child(guard, "listener"));
        peer.Send("meanwhile"u8);
        Assert.Equal(State.Binding, AwaitChange(_ => true).State); // and not Backoff: the first time it waits for nothing
        var status = AwaitChange(_ => true);
        Assert.Equal(State.Bound, status.State);
        Assert.Equal((local, 2, 1), (status.Local, status.Incarnation, status.Restarts));
        Assert.NotEmpty(StatusOf(guard).LastFailure!.Message);

        Assert.Equal("meanwhile"u8.ToArray(), peer.Receive(9));
        AssertEchoes(peer, "after");
        using var second = PlainStream.Connect(local);
        AssertEchoes(second, "new");
    }

    [Fact]
    public void Supervisor_of_the_connections_crashing_brings_both_back()
    {
        var (guard, local) = Served(Spec(Transport.Tcp4));
        using var peer = PlainStream.Connect(local);
        AssertEchoes(peer, "before");
        var listener = Child(guard, "listener");
        Watch(listener);

        Crash(Child(guard, "conns"));
        ExpectTerminated(listener);
        Assert.Equal(SocketErrors.ECONNRESET, peer.ReceiveError());
        var status = AwaitChange(State.Bound);
        Assert.Equal((local, 1), (status.Local, status.Restarts));
        using var second = PlainStream.Connect(local);
        AssertEchoes(second, "after");
    }

    [Fact]
    public void Failing_connection_is_reset_and_its_neighbours_do_not_notice()
    {
        var events = CreateTestProbe();
        Sys.EventStream.Subscribe(events, typeof(NodeEvent));
        var (guard, local) = Served(Spec(Transport.Tcp4));
        using var neighbour = PlainStream.Connect(local);
        AssertEchoes(neighbour, "before");
        using var failing = PlainStream.Connect(local);
        failing.Send(EchoProtocol.Poison);
        Assert.Equal(SocketErrors.ECONNRESET, failing.ReceiveError());
        AssertEchoes(neighbour, "after");
        var crash = events.FishForMessage(message => message is NodeEvent { Kind: "connection-crashed" });
        Assert.Equal("poisoned", ((NodeEvent)crash).Text);
        AwaitAssert(() => Assert.Equal(CloseReason.Crashed, Assert.Single(Sockets.Connections.Closed).CloseReason));
        Assert.Equal((0, State.Bound), (StatusOf(guard).Restarts, StatusOf(guard).State));
    }

    [Fact]
    public void Occupied_port_is_backed_off_from_and_bound_once_it_is_free()
    {
        var occupant = PlainSockets.Listener(Transport.Tcp4.Any());
        var address = PlainSockets.AddressOf(occupant, Scheme.Tcp);
        var before = DateTimeOffset.UtcNow;
        var guard = Guard(Spec(address));
        var status = AwaitChange(status => status is { State: State.Backoff, Attempts: 3 });
        Assert.Equal((98, "EADDRINUSE", $"address already in use: {address}"),
            (status.LastFailure!.Errno, status.LastFailure.Name, status.LastFailure.Message));
        Assert.InRange(status.LastFailure.At, before, DateTimeOffset.UtcNow);
        Assert.True(status.NextAttemptAt > status.LastFailure.At);
        Assert.Null(status.Local);
        Assert.Equal("echo", status.Name);

        occupant.Dispose();
        status = AwaitChange(State.Bound);
        Assert.Equal((address, 0, 0), (status.Local, status.Restarts, status.Attempts));
        Assert.Null(status.NextAttemptAt);
        using var peer = PlainStream.Connect(address);
        AssertEchoes(peer, "mine");
    }

    [Fact]
    public void Restart_of_an_endpoint_in_back_off_tries_at_once()
    {
        var occupant = PlainSockets.Listener(Transport.Tcp4.Any());
        var slow = Fast with { Restart = Fast.Restart with { MinBackoff = TimeSpan.FromHours(1), MaxBackoff = TimeSpan.FromHours(1) } };
        var guard = Guard(Spec(PlainSockets.AddressOf(occupant, Scheme.Tcp)), slow);
        AwaitChange(State.Backoff);
        Assert.Equal(State.Backoff, Command<Unavailable>(guard, new Resume()).State);
        occupant.Dispose();
        Command<Status>(guard, new Restart());
        AwaitChange(State.Bound);
    }

    [Fact]
    public void What_time_cannot_heal_fails_at_once_and_is_retried_on_command()
    {
        var directory = Transports.NewPath();
        var guard = Guard(Spec(NetAddress.UnixPath(Scheme.Unix, directory + "/echo.sock")));
        var status = AwaitChange(State.Failed);
        Assert.Equal((SocketErrors.ENOENT, "ENOENT", 1), (status.LastFailure!.Errno, status.LastFailure.Name, status.Attempts));
        Assert.Equal(State.Failed, Command<Unavailable>(guard, new Resume()).State);

        Directory.CreateDirectory(directory);
        Command<Status>(guard, new Restart());
        var bound = AwaitChange(State.Bound);
        using (var peer = PlainStream.Connect(bound.Local!))
            AssertEchoes(peer, "there");
        Command<Status>(guard, new Stop());
        Eventually(() => Assert.Empty(Directory.EnumerateFileSystemEntries(directory)));
        Directory.Delete(directory);
    }

    [Fact]
    public void Exhausted_budget_fails_the_endpoint_until_a_command_forgives_it()
    {
        var (guard, local) = Served(Spec(Transport.Tcp4), Fast with { Restart = Fast.Restart with { Budget = 2 } });
        using var peer = PlainStream.Connect(local);
        AssertEchoes(peer, "before");
        for (var crash = 0; crash < 2; crash++)
        {
            Crash(Child(guard, "listener"));
            AwaitChange(State.Bound);
        }

        Crash(Child(guard, "listener"));
        var status = AwaitChange(State.Failed);
        Assert.Equal(3, status.Restarts);
        Assert.True(status.NextAttemptAt > DateTimeOffset.UtcNow + TimeSpan.FromMinutes(4));
        AssertEchoes(peer, "still");
        Command<Status>(guard, new Restart());
        Assert.Equal(local, AwaitChange(State.Bound).Local);
    }

    [Fact]
    public void Crash_before_it_was_bound_is_backed_off_from_and_not_final()
    {
        var occupant = PlainSockets.Listener(Transport.Tcp4.Any());
        var guard = Guard(Spec(PlainSockets.AddressOf(occupant, Scheme.Tcp)));
        for (var round = 0; round < 5; round++)
        {
            AwaitChange(State.Backoff);
            Crash(Child(guard, "conns")); // there at any moment, and its end ends a listener that may be there
        }

        Assert.Equal(0, StatusOf(guard).Restarts);
        occupant.Dispose();
        AwaitChange(State.Bound);
    }

    [Fact]
    public void Suspended_endpoint_refuses_newcomers_and_keeps_its_connections()
    {
        var (guard, local) = Served(Spec(Transport.Tcp4));
        using var peer = PlainStream.Connect(local);
        AssertEchoes(peer, "before");
        Assert.Equal(State.Suspended, Command<Status>(guard, new Suspend()).State);
        Eventually(() => Assert.Throws<SocketException>(() => PlainStream.Connect(local).Dispose()));
        AssertEchoes(peer, "meanwhile");
        var status = StatusOf(guard);
        Assert.Equal((State.Suspended, 0, 1), (status.State, status.Restarts, status.Connections));

        Command<Status>(guard, new Resume());
        Assert.Equal(local, AwaitChange(State.Bound).Local);
        AssertEchoes(peer, "after");
        using var second = PlainStream.Connect(local);
        AssertEchoes(second, "new");
        Assert.Equal(State.Bound, Command<Status>(guard, new Resume()).State);
    }

    [Fact]
    public void Suspend_before_the_first_bind_is_obeyed()
    {
        for (var round = 0; round < 20; round++)
        {
            var guard = Guard(Spec(Transport.Tcp4));
            guard.Tell(new Suspend(), TestActor);
            ExpectMsg<Status>();
            Assert.Equal(State.Suspended, StatusOf(guard).State);
            Eventually(() => Assert.Null(ChildNow(guard, "listener")));
        }
    }

    [Fact]
    public void Suspend_and_resume_in_a_burst_end_where_the_last_one_said()
    {
        var (guard, local) = Served(Spec(Transport.Tcp4));
        for (var round = 0; round < 50; round++)
        {
            guard.Tell(new Suspend(), TestActor);
            guard.Tell(new Resume(), TestActor);
        }

        ReceiveN(100);
        Eventually(() => Assert.Equal(State.Bound, StatusOf(guard).State));
        Assert.Equal(0, StatusOf(guard).Restarts);
        using var peer = PlainStream.Connect(local);
        AssertEchoes(peer, "back");
    }

    [Fact]
    public void Restart_binds_anew_and_keeps_the_connections()
    {
        var (guard, local) = Served(Spec(Transport.Tcp4));
        using var peer = PlainStream.Connect(local);
        AssertEchoes(peer, "before");
        Command<Status>(guard, new Restart());
        var status = AwaitChange(State.Bound);
        Assert.Equal((local, 2, 1), (status.Local, status.Incarnation, status.Restarts));
        Assert.Null(status.LastFailure);
        AssertEchoes(peer, "after");
        using var second = PlainStream.Connect(local);
        AssertEchoes(second, "new");
    }

    [Fact]
    public void Stop_ends_all_and_restart_brings_it_back()
    {
        var (guard, local) = Served(Spec(Transport.Tcp4));
        var peer = PlainStream.Connect(local);
        AssertEchoes(peer, "before");
        Assert.Equal(State.Closed, Command<Status>(guard, new Stop()).State);
        Assert.Empty(peer.ReceiveToEnd());
        peer.Dispose();
        Assert.Equal(State.Closed, Command<Unavailable>(guard, new Suspend()).State);
        Assert.Equal(State.Closed, Command<Unavailable>(guard, new Resume()).State);
        Assert.Throws<SocketException>(() => PlainStream.Connect(local).Dispose());
        Eventually(() => Assert.Equal(0, StatusOf(guard).Connections));

        Command<Status>(guard, new Restart());
        Assert.Equal(local, AwaitChange(State.Bound).Local);
        using var second = PlainStream.Connect(local);
        AssertEchoes(second, "again");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Restart_right_behind_stop_serves_again(bool connected)
    {
        var (guard, local) = Served(Spec(Transport.Tcp4));
        using var peer = connected ? PlainStream.Connect(local) : null;
        if (peer is not null)
            AssertEchoes(peer, "before");
        for (var round = 0; round < 20; round++)
        {
            guard.Tell(new Stop(), TestActor);
            guard.Tell(new Restart(), TestActor);
            AwaitChange(State.Bound);
            using var next = PlainStream.Connect(local);
            AssertEchoes(next, "again");
        }
    }

    [Fact]
    public void Drain_answers_once_after_the_last_connection_and_refuses_commands_meanwhile()
    {
        var (guard, local) = Served(Spec(Transport.Tcp4));
        using var peer = PlainStream.Connect(local);
        AssertEchoes(peer, "before");
        guard.Tell(new EndpointGuard.DrainEndpoint(), TestActor);
        Assert.Empty(peer.ReceiveToEnd()); // told in good order; the peer has not closed its own direction yet
        Assert.Equal(State.Draining, Command<Unavailable>(guard, new Suspend()).State);
        Assert.Equal(State.Draining, Command<Unavailable>(guard, new Resume()).State);
        Assert.Equal(State.Draining, Command<Unavailable>(guard, new Restart()).State);
        Assert.Throws<SocketException>(() => PlainStream.Connect(local).Dispose());
        peer.Dispose();
        ExpectMsg(new EndpointGuard.Drained("echo"));
        Assert.Equal(State.Draining, StatusOf(guard).State);
        Assert.False(HasMessages);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Drain_ends_even_when_the_supervisor_of_the_connections_dies(int connections)
    {
        var (guard, local) = Served(Spec(Transport.Tcp4));
        var peers = Enumerable.Range(0, connections).Select(_ => Plain(PlainStream.Connect(local))).ToList();
        peers.ForEach(peer => AssertEchoes(peer, "before"));
        var conns = Child(guard, "conns");
        guard.Tell(new EndpointGuard.DrainEndpoint(), TestActor);
        conns.Tell(Kill.Instance);
        ExpectMsg(new EndpointGuard.Drained("echo"));
    }

    [Fact]
    public void Drain_reaches_connections_accepted_in_the_same_moment()
    {
        for (var round = 0; round < 30; round++)
        {
            var (guard, local) = Served(Spec(Transport.Tcp4));
            var peers = Enumerable.Range(0, 8).Select(_ => Plain(PlainStream.Connect(local))).ToList();
            guard.Tell(new EndpointGuard.DrainEndpoint(), TestActor);
            foreach (var peer in peers)
            {
                Assert.Contains(peer.ReceiveError(), new[] { 0, SocketErrors.ECONNRESET }); // it was accepted, or it was not
                peer.Dispose();
            }

            ExpectMsg(new EndpointGuard.Drained("echo"));
        }
    }

    [Fact]
    public void Full_endpoint_pauses_accepting_and_serves_who_waited_when_a_place_is_free()
    {
        var (guard, local) = Served(Spec(Transport.Tcp4) with { MaxConnections = 2 });
        var first = Plain(PlainStream.Connect(local));
        using var second = PlainStream.Connect(local);
        AssertEchoes(first, "one");
        AssertEchoes(second, "two");

        using var third = PlainStream.Connect(local); // into the kernel's backlog
        third.Send("three"u8);
        Assert.Equal(2, StatusOf(guard).Connections);
        Assert.Equal(2, Lives.Opened);

        first.Dispose();
        Assert.Equal("three"u8.ToArray(), third.Receive(5));
        Assert.Equal(3, Lives.Opened);
    }

    [Fact]
    public void Full_endpoint_counts_survivors_when_its_listener_is_made_anew()
    {
        var (guard, local) = Served(Spec(Transport.Tcp4) with { MaxConnections = 2 });
        var first = Plain(PlainStream.Connect(local));
        AssertEchoes(first, "one");
        Crash(Child(guard, "listener"));
        AwaitChange(State.Bound);
        using var second = PlainStream.Connect(local);
        AssertEchoes(second, "two");
        using var third = PlainStream.Connect(local);
        third.Send("three"u8);
        AssertEchoes(first, "still");
        Assert.Equal(2, Lives.Opened);
        first.Dispose();
        Assert.Equal("three"u8.ToArray(), third.Receive(5));
    }

    [Fact]
    public void Nobody_hears_of_a_guard_that_was_killed_in_dead_letters()
    {
        for (var round = 0; round < 10; round++)
        {
            var (guard, local) = Served(Spec(Transport.Tcp4));
            var peer = Plain(PlainStream.Connect(local));
            AssertEchoes(peer, "before");
            Crash(guard);
            Assert.Equal(SocketErrors.ECONNRESET, peer.ReceiveError());
        }
    }
}
