using Anode.Sockets;

namespace Anode.Faults;

/// <summary>A kind of fault with its settings: one small file for each.</summary>
internal abstract record FaultShape
{
    /// <summary>Null: it can be done to this target. Otherwise what is against it, to follow the kind's name.</summary>
    public virtual string? WhyNot(FaultTarget target) => target.Kind switch
    {
        TargetKind.Actor => "is done to bytes, not to an actor",
        TargetKind.Member => "is done to link:NODE; to member:NODE only cluster-partition is",
        _ => null,
    };
}

/// <summary>Of the bytes of a stream, in whatever portions they come, and of datagrams.</summary>
internal abstract record StreamShape : FaultShape
{
    /// <summary>For one direction of one connection.</summary>
    public abstract Stage Begin(StageContext context);
}

/// <summary>Of whole frames, or datagrams.</summary>
internal abstract record FrameShape : FaultShape
{
    /// <inheritdoc cref="StreamShape.Begin"/>
    public abstract Stage Begin(StageContext context);
}

/// <summary>Of single calls to the kernel.</summary>
internal abstract record CallShape : FaultShape
{
    /// <summary>Of one connection.</summary>
    public abstract ISocketCalls Begin(CallContext context);
}

/// <summary>Of accepting.</summary>
internal abstract record AcceptShape : FaultShape
{
    public override string? WhyNot(FaultTarget target) =>
        target.Kind is TargetKind.Endpoint or TargetKind.Node ? null : "is done to endpoint:NAME or node";

    /// <param name="fault">That hit.</param>
    /// <param name="line">For what comes later.</param>
    public abstract AcceptFault OnAccept(ActiveFault fault, DelayLine line);
}

/// <summary>Of an endpoint as a whole.</summary>
internal abstract record EndpointShape : FaultShape
{
    public override string? WhyNot(FaultTarget target) => target.Kind == TargetKind.Endpoint ? null : "is done to endpoint:NAME";

    public abstract IUndo Begin(EndpointFaultContext context);
}

/// <summary>Of an actor.</summary>
internal abstract record ActorShape : FaultShape
{
    public override string? WhyNot(FaultTarget target) =>
        target.Kind is TargetKind.Actor or TargetKind.Endpoint ? null : "is done to actor:PATH, or to endpoint:NAME for the owner of its socket";

    public abstract IUndo Begin(ActorFaultContext context);
}

/// <summary>What ends a fault.</summary>
internal interface IUndo
{
    void Undo();
}
