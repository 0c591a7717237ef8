namespace Anode.Hosting.Configuration;

/// <summary>What an endpoint speaks.</summary>
internal enum EndpointProtocol
{
    Native = 0,
    Lines = 1,
    Nats = 2,
    Link = 3,
    Proxy = 4,
}

/// <summary>What happens to a connection that does not read what is sent to it.</summary>
internal enum SlowConsumerPolicy
{
    /// <summary>Close it with reason <c>slow-consumer</c>.</summary>
    Close = 0,
    /// <summary>Keep it and drop what does not fit, counted.</summary>
    Drop = 1,
}
