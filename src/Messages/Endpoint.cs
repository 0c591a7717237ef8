namespace Anode.Messages;

/// <summary>Endpoints as operators see them: a declared listener, datagram socket or dialer and the policy that keeps it alive.</summary>
public static class Endpoint
{
    /// <summary>Where an endpoint is in its life.</summary>
    public enum State
    {
        /// <summary>Being created; for a dialer: connecting.</summary>
        Opening,
        /// <summary>The socket is open and bind was asked.</summary>
        Binding,
        /// <summary>Serving; for a dialer: connected.</summary>
        Bound,
        /// <summary>Not accepting, by command; open connections go on.</summary>
        Suspended,
        /// <summary>Not accepting any more; ends with its last connection or at the drain time-out.</summary>
        Draining,
        /// <summary>Failed with something that may pass; tries again at <see cref="Status.NextAttemptAt"/>.</summary>
        Backoff,
        /// <summary>Failed with something that will not pass by itself, or out of restart budget; slow retries and commands only.</summary>
        Failed,
        /// <summary>Stopped by command.</summary>
        Closed,
    }

    /// <summary>What operators ask of an endpoint; each is answered by its <see cref="Status"/>.</summary>
    public interface ICommand;

    /// <summary>Stop accepting; connections stay, the listening socket is closed so that peers are refused rather than left waiting.</summary>
    public sealed record Suspend : ICommand;

    /// <summary>Accept again.</summary>
    public sealed record Resume : ICommand;

    /// <summary>Close the endpoint's own socket and bind again now, forgetting back-off and budget; connections stay.</summary>
    public sealed record Restart : ICommand;

    /// <summary>Close the endpoint's socket and its connections; it stays known as <see cref="State.Closed"/>.</summary>
    public sealed record Stop : ICommand;

    /// <summary>→ <see cref="Status"/>.</summary>
    public sealed record GetStatus : ICommand;

    /// <summary>The last thing that went wrong.</summary>
    public sealed record Failure(int Errno, string Name, string Message, DateTimeOffset At);

    /// <summary>A snapshot of one endpoint.</summary>
    public sealed record Status(
        string Name,
        string Kind,
        string Protocol,
        Family? Family,
        SocketKind Type,
        NetAddress Address,
        NetAddress? Local,
        State State,
        bool Required,
        int Incarnation,
        int Restarts,
        Failure? LastFailure,
        int Attempts,
        DateTimeOffset? NextAttemptAt,
        int Connections,
        string ActorPath);

    /// <summary>Published whenever an endpoint's state, restarts or failure change.</summary>
    public sealed record Changed(Status Status);

    /// <summary>A command the endpoint cannot carry out in the state it is in.</summary>
    public sealed record Unavailable(string Name, State State, string Message);
}
