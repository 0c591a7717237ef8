using Akka.Actor;
using Akka.TestKit;
using Anode.Messages;
using Xunit;

namespace Anode.Tests.Sockets;

/// <summary>A socket's actor and the probe that owns it.</summary>
internal readonly record struct Handle(TestProbe Owner, IActorRef Socket)
{
    public void Tell(Sock.ICommand command) => Socket.Tell(command, Owner);

    /// <summary>The next event, which must come from this very socket.</summary>
    public T Expect<T>()
        where T : Sock.IEvent
    {
        var message = Owner.ExpectMsg<T>();
        Assert.Equal(Socket, Owner.LastSender);
        return message;
    }

    /// <summary>The next event, from a socket that is new to us: a connection of this listener's.</summary>
    public T ExpectFromNew<T>(out Handle conn)
        where T : Sock.IEvent
    {
        var message = Owner.ExpectMsg<T>();
        conn = new Handle(Owner, Owner.LastSender);
        Assert.NotEqual(Socket, conn.Socket);
        return message;
    }

    public Sock.CommandFailed ExpectFailed(Sock.ICommand command, int errno)
    {
        var failed = Expect<Sock.CommandFailed>();
        Assert.Same(command, failed.Command);
        Assert.True(errno == failed.Errno, $"expected errno {errno}, got {failed}");
        Assert.False(failed.Name.Any(char.IsDigit), $"no name for errno {failed.Errno}");
        return failed;
    }

    /// <summary>The one <see cref="Sock.Closed"/>, after which the actor is gone and has nothing more to say.</summary>
    public Sock.Closed ExpectClosed(CloseReason reason)
    {
        Owner.Watch(Socket);
        var closed = Expect<Sock.Closed>();
        Assert.Equal(reason, closed.Reason);
        Owner.ExpectTerminated(Socket);
        Assert.False(Owner.HasMessages);
        return closed;
    }

    /// <summary>Nothing has been said: a question is answered behind everything that came before it.</summary>
    public void AssertQuiet()
    {
        Tell(new Sock.GetHostName());
        Expect<Sock.HostName>();
    }

    /// <summary>Reads with credit until <paramref name="count"/> bytes are there.</summary>
    public byte[] Receive(int count)
    {
        var all = new MemoryStream(count);
        while (all.Length < count)
        {
            Tell(new Sock.ReadMore(count - all.Length));
            for (var left = count - all.Length; left > 0;)
            {
                var bytes = Expect<Sock.Received>().Bytes;
                Assert.True(bytes.Length <= left, "more was read than there was credit");
                left -= bytes.Length;
                all.Write(bytes.Span);
            }
        }

        return all.ToArray();
    }
}
