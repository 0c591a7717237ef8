using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Remote.Transport;
using Anode.Messages;
using Google.Protobuf;

namespace Anode.Cluster.Wire;

/// <summary>
/// Akka's transport with a place to cut it. Unlike Akka's own throttle adapter it changes no address, so that nodes with and without it are members of one cluster.
/// </summary>
/// <remarks>A connection stays open while it is cut: nobody is told, as when a cable is pulled. Akka sends again what must arrive.</remarks>
internal sealed class CuttableTransport : Transport
{
    /// <summary>Only of nodes in which faults are allowed. The name of the type must be one that HOCON would take without quotes: Akka takes them for a part of it.</summary>
    public const string Hocon = """
        akka.remote {
          adapters.anode-cut = "Anode.Cluster.Wire.CutProvider,anode"
          dot-netty.tcp.applied-adapters = [anode-cut]
        }
        """;

    private readonly Transport _inner;
    private readonly IClusterCut _cut;

    public CuttableTransport(Transport inner, IClusterCut cut, ActorSystem system)
    {
        (_inner, _cut, System) = (inner, cut, system);
        SchemeIdentifier = inner.SchemeIdentifier;
        MaximumPayloadBytes = inner.MaximumPayloadBytes;
    }

    public override async Task<(Address, TaskCompletionSource<IAssociationEventListener>)> Listen()
    {
        var (address, listener) = await _inner.Listen();
        var ours = new TaskCompletionSource<IAssociationEventListener>();
        _ = ours.Task.ContinueWith(outer => listener.TrySetResult(new Welcome(outer.Result, _cut)), TaskContinuationOptions.OnlyOnRanToCompletion);
        return (address, ours);
    }

    public override bool IsResponsibleFor(Address remote) => _inner.IsResponsibleFor(remote);

    public override async Task<AssociationHandle> Associate(Address remoteAddress) =>
        _cut.IsSilent(ClusterHocon.AddressOf(remoteAddress))
            ? throw new InvalidAssociationException($"a fault cuts this node off from {remoteAddress}")
            : new Handle(await _inner.Associate(remoteAddress), _cut, remoteAddress);

    public override Task<bool> Shutdown() => _inner.Shutdown();

    public override Task<bool> ManagementCommand(object message) => _inner.ManagementCommand(message);

    /// <summary>How the node's faults come to where Akka makes the transport.</summary>
    internal sealed class CutSetup(IClusterCut cut) : Setup
    {
        public IClusterCut Cut => cut;
    }

    /// <summary>Of those who connect to this node.</summary>
    private sealed class Welcome(IAssociationEventListener outer, IClusterCut cut) : IAssociationEventListener
    {
        public void Notify(IAssociationEvent ev) =>
            outer.Notify(ev is InboundAssociation inbound ? new InboundAssociation(new Handle(inbound.Association, cut, null)) : ev);
    }

    /// <summary>One connection.</summary>
    private sealed class Handle : AssociationHandle, IHandleEventListener
    {
        private readonly AssociationHandle _inner;
        private readonly IClusterCut _cut;
        private NetAddress? _member;
        private IHandleEventListener? _reader;

        /// <param name="inner">What it stands before.</param>
        /// <param name="cut">Asked for everything that passes.</param>
        /// <param name="member">Null: it will say so with its first words.</param>
        public Handle(AssociationHandle inner, IClusterCut cut, Address? member)
            : base(inner.LocalAddress, inner.RemoteAddress)
        {
            (_inner, _cut) = (inner, cut);
            _member = member is null ? null : ClusterHocon.AddressOf(member);
            _ = ReadHandlerSource.Task.ContinueWith(Begin, TaskContinuationOptions.OnlyOnRanToCompletion);
        }

        public override bool Write(ByteString payload) => (_member is { } member && _cut.Takes(member, inbound: false, payload.Length)) || _inner.Write(payload);

        public void Notify(IHandleEvent ev)
        {
            if (ev is InboundPayload { Payload: var payload })
            {
                _member ??= Introduction.OriginOf(payload);
                if (_member is { } member && _cut.Takes(member, inbound: true, payload.Length))
                    return;
            }

            _reader!.Notify(ev);
        }

        [Obsolete("Akka's own way to call it")]
        public override void Disassociate() => _inner.Disassociate();

        private void Begin(Task<IHandleEventListener> reader)
        {
            _reader = reader.Result;
            _inner.ReadHandlerSource.TrySetResult(this);
        }
    }
}

/// <summary>Made by Akka, by its name.</summary>
internal sealed class CutProvider : ITransportAdapterProvider
{
    public Transport Create(Transport wrappedTransport, ExtendedActorSystem system) =>
        new CuttableTransport(wrappedTransport, system.Settings.Setup.Get<CuttableTransport.CutSetup>().Value.Cut, system);
}
