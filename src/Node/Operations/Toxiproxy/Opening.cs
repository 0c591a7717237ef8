using Akka.Actor;
using Anode.Sockets;
using Endpoint = Anode.Messages.Endpoint;

namespace Anode.Operations.Toxiproxy;

/// <summary>Adds endpoints and removes them, and says when that is done.</summary>
internal static class Opening
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>The status in which the endpoint first had something to say: bound, or why it is not.</summary>
    /// <exception cref="ToxiproxyError">It said nothing.</exception>
    public static async Task<Endpoint.Status> AddAsync(ActorSystem system, IActorRef endpoints, EndpointSpec spec)
    {
        var said = new TaskCompletionSource<Endpoint.Status>(TaskCreationOptions.RunContinuationsAsynchronously);
        var ear = system.ActorOf(Produce.Props(() => new Ear(spec.Name, said)));
        try
        {
            // Before the endpoint can say anything, and so not on the ear's own turn.
            system.EventStream.Subscribe(ear, typeof(Endpoint.Changed));
            endpoints.Tell(new EndpointsActor.Add(spec), ActorRefs.NoSender);
            return await said.Task.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            throw new ToxiproxyError(500, $"{spec.Name} was not opened within {Patience.TotalSeconds} s");
        }
        finally
        {
            system.Stop(ear);
        }
    }

    public static async Task RemoveAsync(IActorRef endpoints, string name)
    {
        try
        {
            await endpoints.Ask<EndpointsActor.Removed>(new EndpointsActor.Remove(name), Patience);
        }
        catch (AskTimeoutException)
        {
            throw new ToxiproxyError(500, $"{name} was not closed within {Patience.TotalSeconds} s");
        }
    }

    private sealed class Ear(string name, TaskCompletionSource<Endpoint.Status> said) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is not Endpoint.Changed { Status: var status })
                Unhandled(message);
            else if (status.Name == name && status.State is (Endpoint.State.Bound or Endpoint.State.Backoff or Endpoint.State.Failed))
                said.TrySetResult(status);
        }
    }
}
