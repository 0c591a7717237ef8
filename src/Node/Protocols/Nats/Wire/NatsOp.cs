using Anode.Protocols.Native.Wire;

namespace Anode.Protocols.Nats.Wire;

/// <summary>What a NATS client can say.</summary>
internal enum NatsVerb : byte
{
    None = 0,
    Connect,
    Pub,
    HPub,
    Sub,
    Unsub,
    Ping,
    Pong,
    /// <summary>Servers say it to clients; from a client it is read over.</summary>
    Info,
    /// <summary>As <see cref="Info"/>.</summary>
    Ok,
    /// <summary>The client has given up.</summary>
    Err,
}

/// <summary>What <see cref="NatsParser"/> made of the front of its bytes.</summary>
internal enum NatsRead : byte
{
    /// <summary>What is there is the beginning of something; more is needed.</summary>
    Incomplete = 0,
    Complete,
    /// <summary>No verb, or a payload that does not end where it said.</summary>
    UnknownOperation,
    /// <summary>A verb with arguments that are none.</summary>
    BadArguments,
    ControlLineTooLong,
    PayloadTooLarge,
    /// <summary>HPUB from a client that did not ask for headers.</summary>
    HeadersNotSupported,
}

/// <summary>One operation, as ranges of the bytes it was parsed from; which ones are set depends on the verb.</summary>
internal struct NatsOp
{
    public NatsVerb Verb;

    /// <summary>PUB, HPUB: where it goes. SUB: the filter.</summary>
    public Slice Subject;

    /// <summary>PUB, HPUB: where answers go; empty: none wanted.</summary>
    public Slice Reply;

    /// <summary>SUB: the queue group; empty: none.</summary>
    public Slice Queue;

    /// <summary>SUB, UNSUB: the client's own name for the subscription.</summary>
    public Slice Sid;

    /// <summary>UNSUB: messages in all after which it ends; 0: now.</summary>
    public int Max;

    /// <summary>HPUB: the header block, version line and last empty line included.</summary>
    public Slice Headers;

    /// <summary>PUB, HPUB: without the CR LF behind it.</summary>
    public Slice Payload;

    /// <summary>CONNECT, INFO, -ERR: the rest of the line.</summary>
    public Slice Text;

    /// <summary>Bytes of the control line, its end included.</summary>
    public int LineBytes;

    /// <summary>Bytes of the whole operation. When it is incomplete, what it will have; 0: not known yet.</summary>
    public int TotalBytes;
}
