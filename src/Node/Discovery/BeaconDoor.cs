using Anode.Sockets;

namespace Anode.Discovery;

/// <summary>
/// The endpoint that hears beacons. Whatever comes without our seal ends here, counted and not answered; and of the sealed ones only as many as there
/// are nodes with the key go on.
/// </summary>
internal sealed class BeaconDoor(DiscoveryCore core) : IDatagramProtocol
{
    private readonly Freshness _freshness = new(core.Settings.Window, DiscoverySettings.Capacity);

    public void OnDatagram(IDatagramHost host, Slab slab, ReceivedDatagram datagram)
    {
        var flaw = datagram.Truncated
            ? BeaconFlaw.Form
            : Beacon.Read(slab.Buffer.AsSpan(datagram.Offset, datagram.Length), core.Settings.Key, out var beacon) is var read && read != BeaconFlaw.None ? read
            : beacon.Node == core.Settings.Node ? BeaconFlaw.None
            : Hear(beacon);
        if (flaw == BeaconFlaw.None)
            return;
        core.CountIgnored(flaw);
        host.Counters.CountDropped(1);
    }

    public void OnBatchEnd()
    {
    }

    private BeaconFlaw Hear(Beacon beacon)
    {
        var flaw = _freshness.Judge(beacon, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), TimeSpan.FromMilliseconds(Environment.TickCount64));
        if (flaw == BeaconFlaw.None)
        {
            core.CountHeard();
            core.Actor.Tell(new DiscoveryActor.Heard(beacon), Akka.Actor.ActorRefs.NoSender);
        }

        return flaw;
    }
}
