using System.Net;
using Akka.Actor;
using Anode.Messages;
using Anode.Sockets;

namespace Anode.Discovery;

/// <summary>
/// Sends beacons out of one network interface, through a socket bound to that interface's own address: that is what makes the kernel send a multicast
/// or a limited broadcast there, whatever its routes say. Ends with the socket, and is made anew with the next beat.
/// </summary>
internal sealed class BeaconSender : UntypedActor
{
    private readonly DiscoveryCore _core;
    private readonly IActorRef _opener;
    private readonly Card _card;
    private IActorRef? _socket;
    private bool _broadcasts;

    private BeaconSender(DiscoveryCore core, IActorRef opener, Card card) => (_core, _opener, _card, _broadcasts) = (core, opener, card, !card.Multicasts);

    public static Props Props(DiscoveryCore core, IActorRef opener, Card card) => Produce.Props(() => new BeaconSender(core, opener, card));

    /// <summary>From the actor that keeps the beat.</summary>
    internal sealed record Emit(byte[] Beacon) : IReapable;

    protected override void PreStart() => _opener.Tell(new Sock.Open(Family.Inet, SocketKind.Datagram, Options: new Sock.Options(Broadcast: true)));

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Sock.Opened: Sender.Tell(new Sock.Bind(NetAddress.Ip(Scheme.Udp, _card.Address, 0))); break;
            case Sock.Bound: _socket = Sender; break;
            case Emit emit: Send(emit.Beacon); break;
            // Where the one cannot be sent the other may be: a network without multicast, or one that was not up yet.
            case Sock.CommandFailed { Command: Sock.SendTo }: _broadcasts = !_broadcasts; break;
            case Sock.CommandFailed or Sock.Closed: Context.Stop(Self); break;
            default: Unhandled(message); break;
        }
    }

    private void Send(byte[] beacon)
    {
        if (_socket is null)
            return; // not bound yet; the next beat comes soon
        var to = _core.Settings.Address;
        _socket.Tell(new Sock.SendTo(beacon, _broadcasts ? NetAddress.Ip(Scheme.Udp, IPAddress.Broadcast, to.Port) : to));
        _core.CountSent();
    }
}
