using Akka.Hosting;
using Anode.Messages;
using Anode.Sockets;
using Microsoft.Extensions.Hosting;

public static class EchoProgram
{
    public static IHost Build(NetAddress address)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddAkka("app", akka => akka
            .WithSockets()
            .WithActors((system, _, resolver) => system.ActorOf(resolver.Props<EchoServer>(address), "echo")));
        return builder.Build();
    }
}
