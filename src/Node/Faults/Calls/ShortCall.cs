using Anode.Sockets;

namespace Anode.Faults;

/// <summary><c>short-read</c> and <c>short-write</c>: a receive gets, or a send takes, at most so many bytes, whatever was asked for.</summary>
internal sealed record ShortCall(SocketCall Call, int Bytes) : CallShape
{
    public static ShortCall Read(SocketCall call, FaultFields fields) => new(call, fields.Count("bytes", 1, 1, 1 << 20));

    public override ISocketCalls Begin(CallContext context) => new Short(context, this);

    private sealed class Short(CallContext context, ShortCall call) : ISocketCalls
    {
        public int OnReceive(ref int bytes) => call.Call == SocketCall.Receive ? Cut(ref bytes) : 0;

        public int OnSend(ref int bytes) => call.Call == SocketCall.Send ? Cut(ref bytes) : 0;

        private int Cut(ref int bytes)
        {
            if (bytes <= call.Bytes || !context.Hits())
                return 0;
            context.Fault.Tally.Hit();
            bytes = call.Bytes;
            return 0;
        }
    }
}
