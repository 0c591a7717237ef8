using Akka.Actor;
using Akka.Hosting;
using Anode.Messages;
using Anode.Sockets;

/// <summary>Sends everything back to whoever sent it, over as many connections as come.</summary>
public sealed class EchoServer : ReceiveActor
{
    public EchoServer(IRequiredActor<SocketsActor> sockets, NetAddress address)
    {
        Receive<Sock.Opened>(_ => Sender.Tell(new Sock.Bind(address)));           // the sender of an event is the socket
        Receive<Sock.Bound>(_ => Sender.Tell(new Sock.Listen()));
        Receive<Sock.Listening>(listening => Console.WriteLine($"echoing at {listening.Local}"));
        Receive<Sock.Accepted>(_ => Sender.Tell(new Sock.ReadMore()));            // here: the new connection; read up to 64 KiB
        Receive<Sock.Received>(it => Sender.Tell(new Sock.Send(it.Bytes, Receipt: it.Bytes.Length)));
        Receive<Sock.Sent>(sent => Sender.Tell(new Sock.ReadMore(sent.Receipt))); // and only then as much again
        Receive<Sock.PeerClosed>(_ => Sender.Tell(new Sock.Close()));             // what is queued is sent first
        Receive<Sock.Closed>(_ => { });
        Receive<Sock.CommandFailed>(failed => Console.Error.WriteLine($"{failed.Name}: {failed.Message}"));
        sockets.ActorRef.Tell(new Sock.Open(address.Family ?? Family.Inet, SocketKind.Stream));
    }
}
