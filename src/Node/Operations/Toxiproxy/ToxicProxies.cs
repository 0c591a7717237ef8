using System.Text.Json;

namespace Anode.Operations.Toxiproxy;

/// <summary>All proxies by name. One request after the other: each may open and close sockets, and the next is to find them so.</summary>
internal sealed class ToxicProxies(NodeView view, IToxicFaults faults) : IDisposable
{
    /// <summary>As long as toxiproxy itself gives a request.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(25);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Dictionary<string, ToxicProxy> _proxies = new(StringComparer.Ordinal);

    /// <summary>Use it under <see cref="InTurnAsync"/> only, as everything below.</summary>
    public IReadOnlyCollection<ToxicProxy> All => _proxies.Values;

    public async Task<T> InTurnAsync<T>(Func<Task<T>> work, CancellationToken cancellation)
    {
        if (!await _gate.WaitAsync(Patience, cancellation))
            throw new ToxiproxyError(503, "another request is taking too long");
        try
        {
            if (view.System is null || view.EndpointsActor is null || view.Draining)
                throw new ToxiproxyError(503, view.Draining ? "the node is draining" : "the node is starting");
            return await work();
        }
        finally
        {
            _gate.Release();
        }
    }

    public ToxicProxy Find(string name) => _proxies.GetValueOrDefault(name) ?? throw ToxiproxyError.ProxyNotFound();

    public async Task<ToxicProxy> CreateAsync(Body body)
    {
        var (name, upstream) = (body.Text("name", ""), body.Text("upstream", ""));
        var (listen, enabled) = (body.Text("listen", ""), body.Switch("enabled", true));
        if (name.Length == 0)
            throw ToxiproxyError.MissingField("name");
        if (upstream.Length == 0)
            throw ToxiproxyError.MissingField("upstream");
        if (_proxies.ContainsKey(name) || view.Endpoints.Find(name) is not null)
            throw ToxiproxyError.ProxyExists();
        UpstreamAddress.Of(upstream);
        var proxy = new ToxicProxy(view, faults, name, ListenAddress.Of(listen), upstream);
        if (enabled)
            await proxy.StartAsync();
        return _proxies[name] = proxy;
    }

    public async Task<ToxicProxy> UpdateAsync(ToxicProxy proxy, Body body)
    {
        var (listen, upstream) = (body.Text("listen", proxy.Listen), body.Text("upstream", proxy.Upstream));
        var enabled = body.Switch("enabled", proxy.Enabled);
        UpstreamAddress.Of(upstream);
        await proxy.UpdateAsync(ListenAddress.Of(listen), upstream, enabled);
        return proxy;
    }

    public async Task DeleteAsync(ToxicProxy proxy)
    {
        await proxy.StopAsync();
        _proxies.Remove(proxy.Name);
    }

    /// <summary>Makes what is not there, and anew what is different. What was done before the first failure stays done.</summary>
    public async Task<(List<ToxicProxy> Done, ToxiproxyError? Error)> PopulateAsync(JsonElement list)
    {
        var done = new List<ToxicProxy>();
        try
        {
            if (list.ValueKind is not (JsonValueKind.Array or JsonValueKind.Null))
                throw ToxiproxyError.BadBody("a JSON array of proxies is wanted");
            var wanted = (list.ValueKind == JsonValueKind.Array ? list.EnumerateArray().Select(Body.Of) : []).ToList();
            // All of them are looked at before the first is made.
            foreach (var (i, body) in wanted.Index())
            {
                if (body.Text("name", "").Length == 0)
                    throw ToxiproxyError.MissingField($"name at proxy {i + 1}");
                if (body.Text("upstream", "").Length == 0)
                    throw ToxiproxyError.MissingField($"upstream at proxy {i + 1}");
            }

            foreach (var body in wanted)
            {
                if (_proxies.TryGetValue(body.Text("name", ""), out var existing))
                {
                    if (!existing.Differs(ListenAddress.Of(body.Text("listen", "")), body.Text("upstream", "")))
                    {
                        done.Add(existing);
                        continue;
                    }

                    await existing.RemoveToxicsAsync();
                    await DeleteAsync(existing);
                }

                done.Add(await CreateAsync(body));
            }
        }
        catch (ToxiproxyError e)
        {
            return (done, e);
        }

        return (done, null);
    }

    public async Task ResetAsync()
    {
        foreach (var proxy in _proxies.Values)
        {
            await proxy.StartAsync();
            await proxy.RemoveToxicsAsync();
        }
    }

    public void Dispose() => _gate.Dispose();
}
