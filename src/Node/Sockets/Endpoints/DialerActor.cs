using System.Net.Sockets;
using Akka.Actor;

namespace Anode.Sockets;

/// <summary>
/// Keeps one connection to an address: dials, hands the connected socket to the connections' supervisor, and dials again when that
/// connection has ended. Owns a socket only while connecting.
/// </summary>
/// <remarks>
/// It dials on the supervisor's credit, of which there is one: so a dialer that was made anew while its predecessor's connection stands
/// makes no second one.
/// </remarks>
internal sealed class DialerActor : UntypedActor, IConnectHost
{
    private readonly EndpointSpec _spec;
    private readonly int _incarnation;
    private readonly SocketSettings _settings;
    private readonly IActorRef _connections;
    private readonly IActorRef _guard;
    private readonly DialBackoff _backoff;
    private ConnectLoop? _connecting;
    private ICancelable? _redial;
    private long? _connectedAt;
    private bool _filesRead;

    private DialerActor(EndpointSpec spec, int incarnation, SocketSettings settings, IActorRef connections, IActorRef guard, DialOptions dial)
    {
        (_spec, _incarnation, _settings, _connections, _guard) = (spec, incarnation, settings, connections, guard);
        _backoff = new DialBackoff(dial, Random.Shared.NextDouble);
    }

    public static Props Props(EndpointSpec spec, int incarnation, SocketSettings settings, IActorRef connections, IActorRef guard, DialOptions dial) =>
        Produce.Props(() => new DialerActor(spec, incarnation, settings, connections, guard, dial));

    protected override void PreStart() => _connections.Tell(new Serving.GetCredit(_incarnation));

    protected override void PostStop()
    {
        _connecting?.Dispose();
        _redial?.Cancel();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Serving.Credit credit when credit.Incarnation == _incarnation: OnCredit(credit); break;
            case Serving.Credit: break;
            case Dial: Connect(); break;
            case ConnectLoop.Resolved resolved: resolved.Loop.On(resolved); break;
            case ConnectLoop.Completed completed: completed.Loop.On(completed); break;
            case ConnectLoop.TimedOut timedOut: timedOut.Loop.On(timedOut); break;
            default: Unhandled(message); break;
        }
    }

    void IConnectHost.OnConnected(Socket socket)
    {
        _connecting = null;
        _connectedAt = Environment.TickCount64;
        _guard.Tell(new Serving.Up(_incarnation, Addresses.ToAddress(socket.LocalEndPoint, _spec.Address.Scheme)));
        _connections.Tell(new Serving.Adopt(socket));
    }

    void IConnectHost.OnConnectFailed(int errno)
    {
        _connecting = null;
        Wait(_backoff.OnFailure(permanent: !SocketErrors.MayPass(errno)), errno, $"{SocketErrors.TextOf(errno)}: {_spec.Address}");
    }

    private void Connect()
    {
        if (!_filesRead && _spec.Tls is { } tls)
        {
            _filesRead = true;
            TlsNotices.OnLoaded(tls, tls.TryLoad(), _spec.Name, Context);
            if (tls.Terms is null)
            {
                _filesRead = false;
                Wait(_backoff.OnFailure(), 0, $"the files for TLS cannot be used: {_spec.Address}");
                return;
            }
        }

        _connecting = new ConnectLoop(Context, this, _spec.Address, _spec.Options, _settings.ConnectTimeout);
        _connecting.Start();
    }

    private void OnCredit(Serving.Credit credit)
    {
        if (credit.Connections == 0)
        {
            // An earlier incarnation's connection still stands; the credit comes when it ends.
            _connectedAt = Environment.TickCount64;
            _guard.Tell(new Serving.Up(_incarnation, null));
        }
        else if (_connectedAt is { } since)
        {
            var lasted = TimeSpan.FromMilliseconds(Environment.TickCount64 - since);
            Wait(_backoff.OnEnded(lasted, credit.After), 0, $"{credit.Why ?? "the connection ended"}: {_spec.Address}");
        }
        else
        {
            Connect();
        }
    }

    private void Wait(TimeSpan pause, int errno, string text)
    {
        _guard.Tell(new Serving.Down(_incarnation, errno, text, _backoff.Attempts, DateTimeOffset.UtcNow + pause));
        _redial = Context.System.Scheduler.ScheduleTellOnceCancelable(pause, Self, Dial.Instance, ActorRefs.NoSender);
    }

    private sealed class Dial : IReapable
    {
        public static readonly Dial Instance = new();
    }
}
