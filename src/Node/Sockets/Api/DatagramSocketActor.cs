using System.Net;
using System.Net.Sockets;
using Akka.Actor;
using Anode.Messages;

namespace Anode.Sockets;

/// <summary>Owns one datagram socket that another actor drives: UDP or Unix, bound or not, with or without a default peer.</summary>
internal sealed class DatagramSocketActor : UntypedActor, IDatagramReadHost, IDatagramWriteHost
{
    private readonly Family _family;
    private readonly Sock.Options _options;
    private readonly Socket _socket;
    private readonly Readiness _readiness;
    private readonly DatagramReader _reader;
    private readonly DatagramWriter _writer;
    private readonly Outlet _outlet;
    private readonly Scheme _scheme;
    private IActorRef _owner;
    private NetAddress? _peer;
    private CloseReason? _reason;
    private ICancelable? _linger;
    private readonly SocketContext _sockets;
    private int _errno;
    private long _credit;
    private bool _bound;

    private DatagramSocketActor(SocketContext sockets, Family family, Sock.Options options, Socket socket, IActorRef owner)
    {
        (_sockets, _family, _options, _socket, _owner) = (sockets, family, options, socket, owner);
        _scheme = Addresses.SchemeOf(family, SocketKind.Datagram);
        _readiness = Readiness.Of(socket, Self);
        _reader = new DatagramReader(socket, _readiness, Context, this, sockets.Pool, options.MaxDatagramBytes, sockets.Settings.SlabsPerSource);
        _writer = new DatagramWriter(socket, _readiness, Self, this);
        _outlet = new Outlet(Self, long.MaxValue, OverflowPolicy.Drop);
    }

    public static Props Props(SocketContext sockets, Family family, Sock.Options options, Socket socket, IActorRef owner) =>
        Produce.Props(() => new DatagramSocketActor(sockets, family, options, socket, owner));

    // A socket that was never bound gets its port with its first datagram; before that there is nothing to read.
    long IDatagramReadHost.ReadAllowance => _bound ? _credit : 0;

    protected override void PreStart()
    {
        Context.Watch(_owner);
        _owner.Tell(new Sock.Opened(_family, SocketKind.Datagram));
    }

    protected override void PostStop()
    {
        _linger?.Cancel();
        _reader.Dispose();
        _writer.Dispose();
        _readiness.Dispose();
        _socket.Dispose();
        _owner.Tell(new Sock.Closed(_reason ?? CloseReason.Crashed, _errno));
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Readiness ready: OnReady(ready.Take()); break;
            case DatagramReader.Resume resume: _reader.On(resume); break;
            case Sock.SendTo sendTo: SendTo(sendTo, sendTo.Bytes, sendTo.Address, sendTo.Receipt is { } id ? new Sock.SentTo(id) : null); break;
            case Sock.Send send: Send(send); break;
            case Sock.ReadMore more: ReadMore(more); break;
            case Sock.Bind bind: Bind(bind); break;
            case Sock.Connect connect: Connect(connect); break;
            case Resolved resolved: OnResolved(resolved); break;
            case Sock.Close: Close(); break;
            case Sock.Abort: Finish(CloseReason.Aborted); break;
            case Sock.Own: Own(); break;
            case Sock.GetHostName: Sender.Tell(new Sock.HostName(Dns.GetHostName())); break;
            case Sock.ICommand command: Fail(command, SocketErrors.EOPNOTSUPP); break;
            case Terminated ended when ended.ActorRef.Equals(_owner): OnOwnerGone(); break;
            case Terminated: break;
            case Lingered: Finish(CloseReason.Requested); break;
            case End end: Finish(end.Reason); break;
            default: Unhandled(message); break;
        }
    }

    void IDatagramReadHost.OnDatagrams(DatagramBatch batch)
    {
        foreach (var (offset, length, from, truncated) in batch.Datagrams)
        {
            _credit--;
            var address = Addresses.ToAddress(PeerAddresses.IsUnnamed(from) ? null : from, _scheme);
            _owner.Tell(new Sock.ReceivedFrom(batch.Slab.Buffer.AsSpan(offset, length).ToArray(), address, truncated));
        }

        batch.Release();
    }

    void IDatagramReadHost.OnDatagramsLost(int count)
    {
        // As those for which the kernel has no room: their credit is still there for others.
    }

    void IDatagramReadHost.OnReadFailed(int errno)
    {
        _errno = errno;
        Finish(CloseReason.SocketError);
    }

    void IDatagramWriteHost.OnDatagramSent(int bytes)
    {
        if (_bound)
            return;
        _bound = true;
        _reader.Pump();
    }

    void IDatagramWriteHost.OnDatagramRefused(int errno, OutgoingDatagrams from)
    {
        if (from is not { Cause: Sock.ICommand command, FailTo: { } sender })
            return;
        var to = Addresses.ToAddress(from.To, _scheme);
        sender.Tell(SocketErrors.Failed(command, SocketErrors.Precisely(errno, to), to.ToString()), Self);
    }

    private void Bind(Sock.Bind bind)
    {
        if (_bound)
        {
            Fail(bind, SocketErrors.EINVAL, "already bound");
            return;
        }

        try
        {
            Binder.BindOpen(_socket, bind.Address, _family, SocketKind.Datagram, _options);
        }
        catch (Exception e) when (Binder.IsBindFailure(e))
        {
            Fail(bind, SocketErrors.ErrnoOf(e), bind.Address.ToString());
            return;
        }

        _bound = true;
        Sender.Tell(new Sock.Bound(Addresses.ToAddress(_socket.LocalEndPoint, _scheme)));
        _reader.Pump();
    }

    private void Connect(Sock.Connect connect)
    {
        if (Addresses.WhyNot(connect.Address, _family, SocketKind.Datagram, _options) is var mismatch and not 0)
            Fail(connect, mismatch, connect.Address.ToString());
        else if (Addresses.ToEndPoint(connect.Address) is not null)
            ConnectTo(connect.Address);
        else
            Addresses.ResolveAsync(connect.Address.Host).PipeTo(Self, Sender,
                found => new Resolved(connect, found, SocketErrors.EADDRNOTAVAIL),
                e => new Resolved(connect, [], SocketErrors.ErrnoOf(e)));
    }

    private void OnResolved(Resolved resolved)
    {
        var (connect, found, errno) = resolved;
        if (found.FirstOrDefault(ip => ip.AddressFamily == _socket.AddressFamily) is { } ip)
            ConnectTo(NetAddress.Ip(_scheme, ip, connect.Address.Port));
        else
            Fail(connect, errno, connect.Address.ToString());
    }

    private void ConnectTo(NetAddress peer)
    {
        _peer = peer;
        var local = Addresses.ToAddress(_bound ? _socket.LocalEndPoint : null, _scheme);
        Sender.Tell(new Sock.Connected(0, local, peer));
    }

    private void Send(Sock.Send send)
    {
        if (_peer is null)
            Fail(send, SocketErrors.EDESTADDRREQ);
        else
            SendTo(send, send.Bytes, _peer, send.Receipt is { } id ? new Sock.Sent(id) : null);
    }

    private void SendTo(Sock.ICommand command, ReadOnlyMemory<byte> bytes, NetAddress to, object? receipt)
    {
        var mismatch = Addresses.WhyNot(to, _family, SocketKind.Datagram, _options);
        if (mismatch != 0 || Addresses.ToEndPoint(to) is not { } endPoint)
        {
            Fail(command, mismatch != 0 ? mismatch : SocketErrors.EADDRNOTAVAIL, to.ToString());
            return;
        }

        if (_outlet.PendingBytes + bytes.Length > _options.SendQueueBytes)
        {
            Fail(command, SocketErrors.ENOBUFS);
            return;
        }

        var delivery = HandlerProtocol.Wrap(bytes, receipt, Sender);
        _outlet.Charge(delivery);
        _writer.Enqueue(new OutgoingDatagrams(delivery, endPoint, Sender, command));
    }

    private void ReadMore(Sock.ReadMore more)
    {
        if (more.Credit <= 0)
        {
            Fail(more, SocketErrors.EINVAL);
            return;
        }

        _credit += Math.Min(more.Credit, long.MaxValue - _credit);
        _reader.Pump();
    }

    private void Close()
    {
        if (_writer.Idle)
        {
            Finish(CloseReason.Requested);
            return;
        }

        _reason ??= CloseReason.Requested;
        _linger ??= Context.System.Scheduler.ScheduleTellOnceCancelable(_sockets.Settings.Linger, Self, Lingered.Instance, ActorRefs.NoSender);
    }

    private void OnReady(Ready ready)
    {
        if ((ready & Ready.ToRead) != 0)
            _reader.OnReady();
        if ((ready & Ready.ToWrite) != 0)
            _writer.OnReady();
        if (_linger is not null && _writer.Idle)
            Finish(CloseReason.Requested);
    }

    private void Own()
    {
        Context.Unwatch(_owner);
        _owner = Sender;
        Context.Watch(_owner);
    }

    private void OnOwnerGone()
    {
        _owner = ActorRefs.Nobody;
        Finish(CloseReason.OwnerGone);
    }

    private void Finish(CloseReason reason)
    {
        _reason ??= reason;
        Context.Stop(Self);
    }

    private void Fail(Sock.ICommand command, int errno, string? about = null) => Sender.Tell(SocketErrors.Failed(command, errno, about));

    /// <summary>The sender is who asked to connect.</summary>
    private sealed record Resolved(Sock.Connect Command, IPAddress[] Found, int Errno) : IReapable;

    private sealed class Lingered : IReapable
    {
        public static readonly Lingered Instance = new();
    }
}
