using Anode.Sockets;

namespace Anode.Faults;

/// <summary>Which call to the kernel.</summary>
internal enum SocketCall
{
    Receive,
    Send,
    Accept,
}

/// <summary><c>call-error</c>: the call fails with an errno, as if the kernel had said so.</summary>
internal sealed record CallError(SocketCall Call, int Errno) : CallShape
{
    public static FaultShape Read(FaultFields fields)
    {
        var call = fields.Choice("call", SocketCall.Receive);
        var errno = fields.Count("errno", SocketErrors.ECONNRESET, 1, 133);
        return call == SocketCall.Accept ? new RefuseAccept(errno) : new CallError(call, errno);
    }

    public override ISocketCalls Begin(CallContext context) => new Failing(context, this);

    private sealed class Failing(CallContext context, CallError error) : ISocketCalls
    {
        public int OnReceive(ref int bytes) => error.Call == SocketCall.Receive ? Fail() : 0;

        public int OnSend(ref int bytes) => error.Call == SocketCall.Send ? Fail() : 0;

        private int Fail()
        {
            if (!context.Hits())
                return 0;
            context.Fault.Tally.Hit();
            return error.Errno;
        }
    }
}
