using Akka.Actor;
using Anode.Messages;
using static Anode.Messages.Endpoint;

namespace Anode.Sockets;

/// <summary>Giving an endpoint up to another node.</summary>
internal sealed partial class EndpointGuard
{
    private IActorRef? _releaseAsker;

    /// <summary>The endpoint is another node's from now on; <see cref="EndpointsActor.Released"/> once its own socket is closed.</summary>
    /// <param name="AtOnce">Connections end without a word; otherwise in good order, while the new owner begins.</param>
    /// <param name="Asker">Who waits for it.</param>
    internal sealed record ReleaseEndpoint(bool AtOnce, IActorRef Asker) : IReapable;

    private void OnRelease(ReleaseEndpoint release)
    {
        _releaseAsker = release.Asker;
        _spec.Mobility!.IsHandedOver = !release.AtOnce;
        if (release.AtOnce)
        {
            Halt();
            if (_connections is not null)
                Context.Stop(_connections);
        }
        else
        {
            HaltAccepting();
            _connections?.Tell(new Serving.EndAll(CloseReason.EndpointStopped));
        }

        Become(State.Closed);
        if (_owner is null)
            ConfirmRelease();
    }

    private void ConfirmRelease()
    {
        _releaseAsker?.Tell(new EndpointsActor.Released(_spec.Name));
        _releaseAsker = null;
    }
}
