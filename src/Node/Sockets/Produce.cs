using Akka.Actor;

namespace Anode.Sockets;

/// <summary>
/// Props around a closure. The usual expression props resolve a constructor by reflection for every actor, which is what
/// 5,000 accepts a second would mostly do.
/// </summary>
internal sealed class Produce(Func<ActorBase> create, Type type) : IIndirectActorProducer
{
    public Type ActorType => type;

    public static Props Props<TActor>(Func<TActor> create)
        where TActor : ActorBase => Akka.Actor.Props.CreateBy(new Produce(create, typeof(TActor)));

    ActorBase IIndirectActorProducer.Produce() => create();

    public void Release(ActorBase actor)
    {
    }
}
