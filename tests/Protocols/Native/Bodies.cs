namespace Anode.Tests.Protocols.Native;

/// <summary>One body of every kind with all its items there.</summary>
internal static class Bodies
{
    public static readonly Value Hello = Value.List(1, Value.Map(
        ("version", 1), ("name", "meter"), ("token", "t"), ("user", "u"), ("password", "p"), ("echo", Value.False),
        ("producer", "p1"), ("cookie", new byte[] { 1, 2 }), ("heartbeat_ms", 5000), ("later", Value.List(1, "x"))));

    public static readonly Value Welcome = Value.List(2, Value.Map(
        ("version", 1), ("node", "a"), ("connection", "17"), ("inbox", "_inbox.a.17"), ("hostname", "host"),
        ("address", "127.0.0.1:53422"), ("max_payload", 1048576), ("heartbeat_ms", 30000),
        ("addresses", Value.List("tcp://b:7400"))));

    public static readonly Value Headers = Value.Map(
        ("trace", "7"), ("via", Value.List("a", "b")), ("none", Value.List()), ("ü", "ß"));

    public static readonly Value Msg = Value.List(3, "lab.temp", "21.5"u8.ToArray(), "_inbox.a.17.1", Headers);
    public static readonly Value MsgOfText = Value.List(3, "lab.temp", "21.5");
    public static readonly Value Sub = Value.List(4, 9, "lab.*", "workers", 100);
    public static readonly Value Unsub = Value.List(5, 9, 3);
    public static readonly Value To = Value.List(6, 0, "lab.temp", "21.5"u8.ToArray(), "_inbox.a.17.1", Headers);
    public static readonly Value Ping = Value.List(7, Value.List(1, "token"));
    public static readonly Value Pong = Value.List(8, "token");
    public static readonly Value Ok = Value.List(9, 77, Value.Map(("receivers", 3), ("later", Value.Nil)));
    public static readonly Value Err = Value.List(10, "bad-subject", "empty token", 77);
    public static readonly Value Bye = Value.List(11, "shutting-down", 2000, Value.List("tcp://b:7400", "tcp://c:7400"));
    public static readonly Value Put = Value.List(12, 77, "lab.temp", "21.5"u8.ToArray(), "_inbox.a.17.1", Headers);
    public static readonly Value Retry = Value.List(13, new byte[] { 1, 2, 3 });

    public static readonly IReadOnlyList<Value> All =
        [Hello, Welcome, Msg, MsgOfText, Sub, Unsub, To, Ping, Pong, Ok, Err, Bye, Put, Retry];
}
