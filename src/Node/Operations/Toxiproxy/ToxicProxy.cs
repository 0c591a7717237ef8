using System.Text.Json.Nodes;
using Anode.Messages;
using Anode.Protocols.Proxy;
using Anode.Sockets;
using Endpoint = Anode.Messages.Endpoint;

namespace Anode.Operations.Toxiproxy;

/// <summary>One proxy as its client sees it. Enabled, it is an endpoint of the node; otherwise there is none. Used by one request at a time.</summary>
internal sealed class ToxicProxy(NodeView view, IToxicFaults faults, string name, ListenAddress listen, string upstream)
{
    private readonly List<(Toxic Toxic, string? Fault)> _toxics = [];
    private long _clientIn, _clientOut, _serverIn, _serverOut;

    public string Name => name;

    public string Listen { get; private set; } = listen.Text;

    public string Upstream { get; private set; } = upstream;

    public bool Enabled { get; private set; }

    /// <summary>As toxiproxy has them: first those of what clients send, each in the order they were added.</summary>
    public IEnumerable<Toxic> Toxics => _toxics.Select(toxic => toxic.Toxic).OrderByDescending(toxic => toxic.IsUpstream);

    private ListenAddress Address { get; set; } = listen;

    public bool Differs(ListenAddress listen, string upstream) => listen.Text != Listen || upstream != Upstream;

    public async Task UpdateAsync(ListenAddress listen, string upstream, bool enabled)
    {
        if (Differs(listen, upstream))
        {
            await StopAsync();
            (Address, Listen, Upstream) = (listen, listen.Text, upstream);
        }

        if (enabled != Enabled)
            await (enabled ? StartAsync() : StopAsync());
    }

    public async Task StartAsync()
    {
        if (Enabled)
            return;
        var (system, endpoints) = (view.System!, view.EndpointsActor!);
        if (view.Endpoints.Find(name) is not null)
            throw ToxiproxyError.ProxyExists(); // one of the node's own
        var status = await Opening.AddAsync(system, endpoints, SpecOf());
        if (status.State != Endpoint.State.Bound)
        {
            await Opening.RemoveAsync(endpoints, name);
            throw new ToxiproxyError(500, $"listen tcp {Listen}: {status.LastFailure?.Message ?? "not bound"}");
        }

        // «Any port» is asked for once, as with every endpoint.
        Address = Address.At(status.Local!.Port);
        Listen = Address.Text;
        Enabled = true;
        for (var i = 0; i < _toxics.Count; i++)
            _toxics[i] = (_toxics[i].Toxic, await faults.BeginAsync(name, _toxics[i].Toxic));
    }

    public async Task StopAsync()
    {
        if (!Enabled)
            return;
        Enabled = false;
        for (var i = 0; i < _toxics.Count; i++)
            await EndAsync(i);

        var counters = view.Endpoints.Find(name)?.Counters;
        await Opening.RemoveAsync(view.EndpointsActor!, name);
        if (counters is null)
            return;
        _clientIn += counters.BytesIn;
        _clientOut += counters.BytesOut;
        _serverIn += counters.Dialled.BytesIn;
        _serverOut += counters.Dialled.BytesOut;
    }

    public Toxic FindToxic(string toxic) =>
        _toxics.Select(held => held.Toxic).FirstOrDefault(held => held.Name == toxic) ?? throw ToxiproxyError.ToxicNotFound();

    public async Task AddAsync(Toxic toxic)
    {
        if (_toxics.Any(held => held.Toxic.Name == toxic.Name))
            throw ToxiproxyError.ToxicExists();
        _toxics.Add((toxic, Enabled ? await faults.BeginAsync(name, toxic) : null));
    }

    /// <summary>Anew from here on: a fault is what it was begun with.</summary>
    public async Task UpdateAsync(Toxic toxic, Body body)
    {
        toxic.Update(body);
        var i = IndexOf(toxic);
        await EndAsync(i);
        if (Enabled)
            _toxics[i] = (toxic, await faults.BeginAsync(name, toxic));
    }

    public async Task RemoveAsync(Toxic toxic)
    {
        var i = IndexOf(toxic);
        await EndAsync(i);
        _toxics.RemoveAt(i);
    }

    public async Task RemoveToxicsAsync()
    {
        foreach (var toxic in Toxics.ToList())
            await RemoveAsync(toxic);
    }

    public JsonObject ToJson() => new()
    {
        ["name"] = name,
        ["listen"] = Listen,
        ["upstream"] = Upstream,
        ["enabled"] = Enabled,
        ["toxics"] = new JsonArray([.. Toxics.Select(toxic => toxic.ToJson())]),
    };

    /// <summary>Bytes since it was made, by the stream they belong to: received by the node, sent by it.</summary>
    public (long Received, long Sent) BytesOf(bool upstream)
    {
        var counters = Enabled ? view.Endpoints.Find(name)?.Counters : null;
        return upstream
            ? (_clientIn + (counters?.BytesIn ?? 0), _serverOut + (counters?.Dialled.BytesOut ?? 0))
            : (_serverIn + (counters?.Dialled.BytesIn ?? 0), _clientOut + (counters?.BytesOut ?? 0));
    }

    private int IndexOf(Toxic toxic) => _toxics.FindIndex(held => held.Toxic == toxic);

    private async Task EndAsync(int i)
    {
        var (toxic, fault) = _toxics[i];
        _toxics[i] = (toxic, null);
        await faults.EndAsync(fault);
    }

    private EndpointSpec SpecOf()
    {
        var (core, to) = (view.Relay, UpstreamAddress.Of(Upstream));
        return new EndpointSpec
        {
            Name = name,
            Kind = EndpointKind.Listener,
            Address = Address.ToNet(),
            Protocol = "proxy",
            To = to,
            Stream = () => new ProxyClient(to, core.Quota),
            Required = false,
            Options = Sock.Options.Default with { DualStack = Address.IsForAll },
        };
    }
}
