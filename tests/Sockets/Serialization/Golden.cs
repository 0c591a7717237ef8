using Anode.Messages;

namespace Anode.Tests.Sockets.Serialization;

/// <summary>
/// The wire, approved: samples of every message with their manifest and exact bytes. A line here changes only together with
/// the promise to every node already deployed, so lines are added, never edited.
/// </summary>
internal static class Golden
{
    private static readonly DateTimeOffset Noon = new(2025, 6, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly Endpoint.Status Serving = new(
        "tcp-7400", "listener", "native", Family.Inet, SocketKind.Stream, At("tcp://127.0.0.1:0"), At("tcp://127.0.0.1:7400"),
        Endpoint.State.Bound, Required: true, Incarnation: 1, Restarts: 0, LastFailure: null, Attempts: 1, NextAttemptAt: null,
        Connections: 17, "/user/node/endpoints/ep-tcp-7400");

    private static readonly Endpoint.Status BackingOff = Serving with
    {
        Family = null,
        Local = null,
        State = Endpoint.State.Backoff,
        LastFailure = new Endpoint.Failure(98, "EADDRINUSE", "address already in use", Noon.AddTicks(1)),
        NextAttemptAt = Noon.AddSeconds(4),
    };

    public static readonly IReadOnlyList<(object Message, string Manifest, string Hex)> Table =
    [
        (new Sock.Open(Family.Inet, SocketKind.Stream), "open", "94020100c0"),
        (new Sock.Open(Family.Unix, SocketKind.Datagram, 0, Sock.Options.Default), "open",
            "940102009ac3c0c0c0c2c2c2c0ce00100000cdffff"),
        (new Sock.Open(Family.Inet6, SocketKind.Stream, 6, new Sock.Options(
            NoDelay: false,
            KeepAlive: new Sock.KeepAlive(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(5), 3),
            ReceiveBufferBytes: 4096,
            SendBufferBytes: 8192,
            ReusePort: true,
            DualStack: true,
            Broadcast: true,
            UnixMode: 384,
            SendQueueBytes: 65536,
            MaxDatagramBytes: 1500)), "open",
            "940a01069ac293ce11e1a300ce02faf08003cd1000cd2000c3c3c3cd0180ce00010000cd05dc"),
        (new Sock.Open(Family.Unix, SocketKind.Datagram, 0, new Sock.Options(Group: "239.1.1.1")), "open",
            "940102009bc3c0c0c0c2c2c2c0ce00100000cdffffa93233392e312e312e31"),
        (new Sock.Bind(At("tcp://127.0.0.1:7400")), "bind", "919300a93132372e302e302e31cd1ce8"),
        (new Sock.Bind(At("tls://[::1]:443")), "bind", "919301a33a3a31cd01bb"),
        (new Sock.Bind(At("udp://localhost:53")), "bind", "919302a96c6f63616c686f737435"),
        (new Sock.Bind(At("unix:///run/a.sock")), "bind", "919303ab2f72756e2f612e736f636b00"),
        (new Sock.Bind(At("unixgram:@lab")), "bind", "919304a4406c616200"),
        (new Sock.Listen(), "listen", "92cd0200c2"),
        (new Sock.Listen(0, Pull: true), "listen", "9200c3"),
        (new Sock.Accept(3), "accept", "9103"),
        (new Sock.Connect(At("tcp://b.example:7400")), "connect", "929300a9622e6578616d706c65cd1ce8c0"),
        (new Sock.Connect(At("tcp://b.example:7400"), TimeSpan.FromSeconds(2)), "connect",
            "929300a9622e6578616d706c65cd1ce8ce01312d00"),
        (new Sock.ReadMore(), "read-more", "91ce00010000"),
        (new Sock.Send("hello"u8.ToArray()), "send", "92c40568656c6c6fc0"),
        (new Sock.Send("hello"u8.ToArray(), 7), "send", "92c40568656c6c6f07"),
        (new Sock.SendTo("hi"u8.ToArray(), At("udp://10.0.0.2:9"), 8), "send-to", "93c40268699302a831302e302e302e320908"),
        (new Sock.Shutdown(), "shutdown", "9101"),
        (new Sock.Close(), "close", "90"),
        (new Sock.Abort(), "abort", "90"),
        (new Sock.GetHostName(), "get-host-name", "90"),
        (new Sock.Own(), "own", "90"),

        (new Sock.Opened(Family.Inet6, SocketKind.Datagram), "opened", "920a02"),
        (new Sock.Bound(At("tcp://127.0.0.1:40001")), "bound", "919300a93132372e302e302e31cd9c41"),
        (new Sock.Listening(At("tcp://127.0.0.1:40001"), 512), "listening", "929300a93132372e302e302e31cd9c41cd0200"),
        (new Sock.Accepted(17, At("tcp://127.0.0.1:53422")), "accepted", "93119300a93132372e302e302e31cdd0aec0"),
        (new Sock.Accepted(18, NetAddress.UnixPath(Scheme.Unix, ""), new Sock.PeerCredentials(4242, 1000, 4294967294)),
            "accepted", "93129303a00093cd1092cd03e8cefffffffe"),
        (new Sock.Connected(19, At("tcp://127.0.0.1:53422"), At("tcp://127.0.0.1:7400")), "connected",
            "93139300a93132372e302e302e31cdd0ae9300a93132372e302e302e31cd1ce8"),
        (new Sock.Received(new byte[] { 0, 127, 128, 255 }), "received", "91c404007f80ff"),
        (new Sock.ReceivedFrom("hi"u8.ToArray(), At("udp://10.0.0.2:9"), Truncated: true), "received-from",
            "93c40268699302a831302e302e302e3209c3"),
        (new Sock.PeerClosed(), "peer-closed", "90"),
        (new Sock.Sent(7), "sent", "9107"),
        (new Sock.SentTo(8), "sent-to", "9108"),
        (new Sock.HostName("lab-1"), "host-name", "91a56c61622d31"),
        (new Sock.Closed(CloseReason.Requested), "closed", "920000"),
        (new Sock.Closed(CloseReason.PeerReset, 104), "closed", "920268"),
        (new Sock.CommandFailed(new Sock.Bind(At("tcp://127.0.0.1:7400")), 98, "EADDRINUSE", "in use"), "failed",
            "9492a462696e64919300a93132372e302e302e31cd1ce862aa4541444452494e555345a6696e20757365"),
        (new Sock.CommandFailed(new Sock.Own(), 1, "EPERM", "no"), "failed", "9492a36f776e9001a5455045524da26e6f"),

        (new Endpoint.Suspend(), "ep-suspend", "90"),
        (new Endpoint.Resume(), "ep-resume", "90"),
        (new Endpoint.Restart(), "ep-restart", "90"),
        (new Endpoint.Stop(), "ep-stop", "90"),
        (new Endpoint.GetStatus(), "ep-get-status", "90"),
        (Serving, "ep-status",
            "dc0010a87463702d37343030a86c697374656e6572a66e617469766502019300a93132372e302e302e31009300a93132372e" +
            "302e302e31cd1ce802c30100c001c011d9202f757365722f6e6f64652f656e64706f696e74732f65702d7463702d37343030"),
        (BackingOff, "ep-status",
            "dc0010a87463702d37343030a86c697374656e6572a66e6174697665c0019300a93132372e302e302e3100c005c301009462" +
            "aa4541444452494e555345b66164647265737320616c726561647920696e20757365d7ff00000190683c40c001d6ff683c40" +
            "c411d9202f757365722f6e6f64652f656e64706f696e74732f65702d7463702d37343030"),
        (new Endpoint.Changed(BackingOff), "ep-changed",
            "91dc0010a87463702d37343030a86c697374656e6572a66e6174697665c0019300a93132372e302e302e3100c005c3010094" +
            "62aa4541444452494e555345b66164647265737320616c726561647920696e20757365d7ff00000190683c40c001d6ff683c" +
            "40c411d9202f757365722f6e6f64652f656e64706f696e74732f65702d7463702d37343030"),
        (new Endpoint.Unavailable("tcp-7400", Endpoint.State.Draining, "draining"), "ep-unavailable",
            "93a87463702d3734303004a8647261696e696e67"),
    ];

    private static NetAddress At(string uri) => NetAddress.Parse(uri);
}
