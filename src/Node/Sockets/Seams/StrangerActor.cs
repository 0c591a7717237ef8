using System.Net.Sockets;
using Akka.Actor;
using Anode.Messages;

namespace Anode.Sockets;

/// <summary>
/// Takes an endpoint's address away from it: has it suspended, binds the address itself, and lets it try again. Owns that socket until it is stopped.
/// </summary>
/// <remarks>The address is free only once the endpoint's own socket is closed, which it is a moment after the endpoint says so: it tries again for two seconds.</remarks>
internal sealed class StrangerActor : UntypedActor, IWithTimers
{
    private const int Tries = 40;

    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(50);

    private readonly EndpointEntry _endpoint;
    private readonly IActorRef _guard;
    private readonly Action _onStolen;
    private NetAddress? _address;
    private Socket? _socket;
    private int _tries;

    private StrangerActor(EndpointEntry endpoint, IActorRef guard, Action onStolen) => (_endpoint, _guard, _onStolen) = (endpoint, guard, onStolen);

    public static Props Props(EndpointEntry endpoint, IActorRef guard, Action onStolen) =>
        Produce.Props(() => new StrangerActor(endpoint, guard, onStolen));

    /// <summary>Set by Akka.</summary>
    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        _address = _endpoint.Status?.Local ?? _endpoint.Spec.Address;
        _guard.Tell(new Endpoint.Suspend());
    }

    protected override void PostStop() => _socket?.Dispose();

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Endpoint.Status when _socket is null: Steal(); break;
            case Again: Steal(); break;
            case Endpoint.Status: break; // of the resumption
            case Endpoint.Unavailable: Context.Stop(Self); break;
            default: Unhandled(message); break;
        }
    }

    private void Steal()
    {
        try
        {
            _socket = Binder.Bind(_address!, _endpoint.Spec.Address.Kind, Sock.Options.Default);
            if (_endpoint.Spec.Address.Kind == SocketKind.Stream)
                _socket.Listen(1);
            _onStolen();
        }
        catch (Exception e) when (Binder.IsBindFailure(e) && ++_tries < Tries)
        {
            Timers.StartSingleTimer(Again.Instance, Again.Instance, Between);
            return;
        }
        catch (Exception e) when (Binder.IsBindFailure(e))
        {
            // Somebody else was faster, which is as good.
        }

        _guard.Tell(new Endpoint.Resume());
    }

    private sealed class Again : IReapable
    {
        public static readonly Again Instance = new();
    }
}
