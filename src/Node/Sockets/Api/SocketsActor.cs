using System.Net;
using System.Net.Sockets;
using Akka.Actor;
using Akka.Event;
using Anode.Messages;

namespace Anode.Sockets;

/// <summary>
/// Where sockets come from: <see cref="Sock.Open"/> makes an actor that owns one and answers <see cref="Sock.Opened"/>. Its children are
/// the opened sockets and the connections their listeners accepted; one that fails is stopped and says <see cref="Sock.Closed"/>.
/// </summary>
public sealed class SocketsActor : UntypedActor
{
    /// <summary>What stands as the endpoint of connections that an actor drives.</summary>
    internal const string EndpointName = "sockets";

    private readonly SocketContext _sockets;
    private readonly EndpointCounters _counters = new();
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private long _opened;

    private SocketsActor(SocketContext sockets) => _sockets = sockets;

    internal static Props Props(SocketContext sockets) => Produce.Props(() => new SocketsActor(sockets));

    /// <summary>From a listening socket: this connection is its owner's, and its actor is to live here.</summary>
    internal sealed record Adopt(Socket Socket, IActorRef Owner, Sock.Options Options, Scheme Scheme) : IReapable
    {
        public void Reap() => Socket.Dispose();
    }

    /// <inheritdoc />
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(
        e =>
        {
            _log.Warning(e, "{0} failed and is stopped", Sender.Path.Name);
            return Directive.Stop;
        },
        loggingEnabled: false);

    /// <inheritdoc />
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Sock.Open open: Open(open); break;
            case Adopt adopt: Accept(adopt); break;
            case Sock.GetHostName: Sender.Tell(new Sock.HostName(Dns.GetHostName())); break;
            case Sock.ICommand command: Sender.Tell(SocketErrors.Failed(command, SocketErrors.ENOTSOCK, "open a socket first")); break;
            case End end: EndAll(end); break;
            default: Unhandled(message); break;
        }
    }

    private void Open(Sock.Open open)
    {
        if (Sender.IsNobody())
            return; // whose would it be, and who would close it?
        var options = open.Options ?? Sock.Options.Default;
        if (options.MaxDatagramBytes is < 1 or > 1024 * 1024 || options.SendQueueBytes < 1)
        {
            Sender.Tell(SocketErrors.Failed(open, SocketErrors.EINVAL, "max-datagram-bytes is 1 to 1 MiB, send-queue-bytes at least 1"));
            return;
        }

        Socket socket;
        try
        {
            if (!Enum.IsDefined(open.Family))
                throw new SocketException((int)SocketError.AddressFamilyNotSupported);
            if (!Enum.IsDefined(open.Kind))
                throw new SocketException((int)SocketError.SocketNotSupported);
            socket = SocketFactory.Create(open.Family, open.Kind, open.Protocol, options);
        }
        catch (Exception e) when (Binder.IsBindFailure(e))
        {
            Sender.Tell(SocketErrors.Failed(open, SocketErrors.ErrnoOf(e), $"{open.Family}/{open.Kind}"));
            return;
        }

        var props = open.Kind == SocketKind.Stream
            ? StreamSocketActor.Props(_sockets, _counters, open.Family, options, socket, Sender)
            : DatagramSocketActor.Props(_sockets, open.Family, options, socket, Sender);
        Context.ActorOf(_sockets.Driver.Next(Context.System).Of(props), $"socket-{++_opened}");
    }

    private void Accept(Adopt adopt)
    {
        ConnectionRecord record;
        try
        {
            SocketFactory.ApplyStream(adopt.Socket, adopt.Options);
            record = new ConnectionRecord(_sockets.Connections.NextId(), EndpointName, "handler",
                Addresses.ToAddress(adopt.Socket.LocalEndPoint, adopt.Scheme), Addresses.ToAddress(adopt.Socket.RemoteEndPoint, adopt.Scheme), _counters)
            {
                Credentials = SocketFactory.CredentialsOf(adopt.Socket),
            };
        }
        catch (SocketException)
        {
            adopt.Socket.Dispose(); // the peer was gone before it was introduced
            return;
        }

        var protocol = new HandlerProtocol(adopt.Owner, made => new Sock.Accepted(made.Id, made.Remote, made.Credentials), adopt.Options);
        var seed = new ConnectionActor.Seed(_sockets, adopt.Socket, record, _counters, protocol, OverflowPolicy.Close, long.MaxValue);
        ConnectionActor.Create(Context, _sockets.NextConnection(Context.System), seed);
    }

    private static void EndAll(End end)
    {
        foreach (var child in Context.GetChildren())
            child.Tell(end);
    }
}
