using System.Net;
using Anode.Hosting.Configuration;
using Anode.Messages;
using Xunit;

namespace Anode.Tests.Configuration;

public sealed class ListenUriTests
{
    private static ListenerOptions Listener(params string[] uris) => Configs.Options("", new Overrides { Listen = uris }).Listeners[^1];

    private static string Error(params string[] uris) => Configs.Error("", new Overrides { Listen = uris });

    [Fact]
    public void Query_items_are_the_keys_of_a_listener()
    {
        var listener = Listener("tcp://127.0.0.1:7500?protocol=lines&name=front&publish=plant.{connection}&keep-alive.idle=30s&backlog=7&slow-consumer=drop");
        Assert.Equal(("front", EndpointProtocol.Lines, 7), (listener.Name, listener.Protocol, listener.Backlog));
        Assert.Equal(NetAddress.Ip(Scheme.Tcp, IPAddress.Loopback, 7500), listener.Address);
        Assert.Equal(("plant.{connection}", SlowConsumerPolicy.Drop), (listener.Lines.Publish, listener.SlowConsumer));
        Assert.Equal((TimeSpan.FromSeconds(30), 3), (listener.Tuning.KeepAlive!.Idle, listener.Tuning.KeepAlive.Probes));
    }

    [Theory]
    [InlineData("tcp://[::1]:0", "tcp://[::1]:0")]
    [InlineData("tcp://[::]:7400?dual-stack=on", "tcp://[::]:7400")]
    [InlineData("udp://0.0.0.0:7400", "udp://0.0.0.0:7400")]
    [InlineData("unix:@anode", "unix:@anode")]
    [InlineData("unix:///run/x.sock?unix-mode=600", "unix:///run/x.sock")]
    [InlineData("unixgram:///run/x.sock", "unixgram:///run/x.sock")]
    [InlineData("tcp://127.0.0.1:0?keep-alive=off", "tcp://127.0.0.1:0")]
    public void Address_of_every_family_is_taken(string uri, string address) => Assert.Equal(address, Listener(uri).Address.ToString());

    [Fact]
    public void Listen_replaces_the_configured_listeners() =>
        Assert.Equal(["a", "b"], Configs.Options("", new Overrides { Listen = ["tcp://127.0.0.1:0?name=a", "tcp://127.0.0.1:0?name=b"] }).Listeners.Select(l => l.Name));

    [Fact]
    public void Query_values_are_percent_decoded() => Assert.Equal("a.ü.>", Listener("unix:@x?protocol=lines&subscribe=a.%C3%BC.%3E").Lines.Subscribe);

    [Theory]
    [InlineData("udp://127.0.0.1:1?protocol=nats", "--listen: protocol = nats is for tcp://, tls:// and unix:// only: NATS has no datagrams")]
    [InlineData("tcp://127.0.0.1:1?protocol=proxy", "--listen: protocol = proxy needs to = ADDRESS, where connections are passed on to")]
    [InlineData("udp://127.0.0.1:1?protocol=proxy&to=tcp://h:2", "--listen: protocol = proxy is for tcp://, tls:// and unix:// only")]
    [InlineData("tcp://127.0.0.1:1?protocol=proxy&to=h:2", "node.listeners[0].to = 'h:2' is no address: ")]
    [InlineData("tcp://127.0.0.1:1?protocol=proxy&to=tcp://h:0", "to = 'tcp://h:0' has port 0, and nothing can be dialled there")]
    [InlineData("tcp://127.0.0.1:1?protocol=proxy&to=udp://h:2", "to = 'udp://h:2' is for datagrams: connections are passed on to tcp:// or unix:// only")]
    [InlineData("tcp://127.0.0.1:1?protocol=proxy&to=tcp://127.0.0.1:1", "to = tcp://127.0.0.1:1 is the listener's own address")]
    [InlineData("tcp://127.0.0.1:1?protocol=proxy&to=tcp://h:2&publish=a", "publish has no effect here: it is for protocol = lines only")]
    [InlineData("tcp://127.0.0.1:1?protocol=proxy&to=tcp://h:2&pending-bytes=2MiB", "pending-bytes has no effect here: a proxy's slow peer slows the one that sends to it")]
    [InlineData("tcp://127.0.0.1:1?to=tcp://h:2", "to has no effect here: it is for protocol = proxy only")]
    [InlineData("tcp://127.0.0.1:1?protocol=proxy&to=tls://h:2", "to = 'tls://h:2' is for TLS: bytes are passed on as they are, to tcp:// or unix://")]
    [InlineData("tcp://127.0.0.1:1?protocol=gopher", "--listen: node.listeners[0].protocol = 'gopher' is not one of native, nats, lines")]
    [InlineData("tls://127.0.0.1:1", "--listen: node.security.tls.certificate: a listener of tls:// needs a certificate: give node.security.tls.certificate and node.security.tls.key, or tls.certificate")]
    [InlineData("tls://127.0.0.1:1?tls.certificate=/nowhere/x.pem", "--listen: tls.certificate of one of node.listeners: '/nowhere/x.pem' is not there")]
    [InlineData("tls://127.0.0.1:1?tls.key=/nowhere/x.pem", "tls.key of one of node.listeners = '/nowhere/x.pem' has no certificate beside it")]
    [InlineData("tls://127.0.0.1:1?tls.client-certificate=maybe", "tls.client-certificate = 'maybe' is not one of none, optional, required")]
    [InlineData("tcp://127.0.0.1:1?tls.certificate=/x.pem", "node.listeners[0].tls.certificate has no effect here: it is for tls:// only")]
    [InlineData("tcp://::1:7400", "has an IPv6 address without brackets: write [::1]:7400")]
    [InlineData("tcp://127.0.0.1", "has no port")]
    [InlineData("127.0.0.1:7400", "must start with tcp://")]
    [InlineData("", "address = '' is empty")]
    [InlineData("tcp://127.0.0.1:1?name", "'name' has no value: write name=…")]
    [InlineData("tcp://127.0.0.1:1?name=a&name=b", "says name twice")]
    [InlineData("tcp://127.0.0.1:1?keep-alive=off&keep-alive.idle=1s", "says keep-alive twice")]
    [InlineData("tcp://127.0.0.1:1?=x", "'' is not a key")]
    [InlineData("tcp://127.0.0.1:1?nam=x", "unknown key 'node.listeners[0].nam': did you mean 'node.listeners[].name'?")]
    [InlineData("tcp://127.0.0.1:1?name=a%20b", "'a b' is not a name")]
    [InlineData("tcp://127.0.0.1:1?backlog=-1", "backlog = '-1' is out of range: from 0 to 65535")]
    [InlineData("tcp://127.0.0.1:1?dual-stack=on", "dual-stack has no effect here: it is for IPv6 addresses")]
    [InlineData("tcp://127.0.0.1:1?unix-mode=660", "unix-mode has no effect here: it is for Unix sockets with a path only")]
    [InlineData("unix:@x?unix-mode=660", "unix-mode has no effect here")]
    [InlineData("unix:///x?unix-mode=888", "unix-mode = '888' is not a file mode")]
    [InlineData("unix:///x?no-delay=on", "no-delay has no effect here: it is for tcp:// and tls:// only")]
    [InlineData("udp://127.0.0.1:1?backlog=3", "backlog has no effect here")]
    [InlineData("tcp://127.0.0.1:1?publish=a", "publish has no effect here: it is for protocol = lines only")]
    [InlineData("tcp://127.0.0.1:1?protocol=lines", "protocol = lines needs publish = SUBJECT, subscribe = FILTER or both")]
    [InlineData("tcp://127.0.0.1:1?protocol=lines&publish=a..b", "publish = 'a..b' is not a subject")]
    [InlineData("tcp://127.0.0.1:1?protocol=lines&publish=a.*", "cannot be published to")]
    [InlineData("tcp://127.0.0.1:1?protocol=lines&publish=a.{who}", "known are {endpoint}, {connection} and {address}")]
    [InlineData("tcp://127.0.0.1:1?protocol=lines&subscribe=a.>.b", "has '>' before its end")]
    [InlineData("unix:///{here}/x", "has an unknown {…}: known are {runtime-dir} and {name}")]
    [InlineData("tcp://127.0.0.1:1?keep-alive.idle=1500ms", "is not in whole seconds")]
    public void Wrong_uri_is_refused_with_a_sentence(string uri, string because) => Assert.Contains(because, Error(uri));

    [Theory]
    [InlineData("tcp://127.0.0.1:1", "tcp://127.0.0.1:1?name=b", "--listen: listener 1 of node.listeners and listener 'b' both bind tcp://127.0.0.1:1")]
    [InlineData("tcp://127.0.0.1:1?name=a", "udp://127.0.0.1:1?name=a", "--listen: two endpoints are named 'a': tcp://127.0.0.1:1 and udp://127.0.0.1:1")]
    [InlineData("unix:///x?name=a", "unixgram:///x?name=b", "listener 'a' and listener 'b' both bind unixgram:///x")]
    [InlineData("tcp://127.0.0.1:1?name=a&reuse-port=on", "tcp://127.0.0.1:1?name=b", "listener 'a' and listener 'b' both bind")]
    [InlineData("udp://127.0.0.1:1", "tcp://127.0.0.1:7480?name=b", "node.http.address and listener 'b' both bind tcp://127.0.0.1:7480")]
    public void Two_that_cannot_both_be_are_named_both(string first, string second, string because) => Assert.Contains(because, Error(first, second));

    [Theory]
    [InlineData("tcp://127.0.0.1:0", "tcp://127.0.0.1:0")]
    [InlineData("tcp://127.0.0.1:1", "udp://127.0.0.1:1")]
    [InlineData("tcp://127.0.0.1:1?reuse-port=on", "tcp://127.0.0.1:1?reuse-port=on")]
    public void Two_that_can_both_be_are_taken(string first, string second) =>
        Assert.Equal(2, Configs.Options("", new Overrides { Listen = [first, second] }).Listeners.Count);

    [Fact]
    public void Names_come_from_addresses_and_are_unique() =>
        Assert.Equal(
            ["tcp-7500", "udp-7500", "tcp-0", "tcp-0-2", "unix-anode-x", "unix-bus", "tcp-7500-2"],
            Configs.Options("", new Overrides
            {
                Listen =
                [
                    "tcp://127.0.0.1:7500", "udp://127.0.0.1:7500", "tcp://127.0.0.1:0", "tcp://127.0.0.1:0",
                    "unix:///run/anode-x.sock", "unix:@bus", "tcp://[::1]:7500",
                ],
            }).Listeners.Select(l => l.Name));
}
