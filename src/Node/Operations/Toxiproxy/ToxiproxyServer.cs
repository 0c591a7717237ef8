using System.ComponentModel;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Anode.Operations.Toxiproxy;

/// <summary>Serves toxiproxy's API at an address of its own, from the node's start to its end: its paths are not the node's, and its rules of access neither.</summary>
internal sealed class ToxiproxyServer(NodeView view, IToxicFaults faults, IPEndPoint address) : IHostedService, IAsyncDisposable
{
    private const int MaxBodyBytes = 1024 * 1024;

    private readonly ToxicProxies _proxies = new(view, faults);
    private WebApplication? _app;

    /// <summary>host:port with the real port; null before it serves.</summary>
    public string? Address { get; private set; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
            kestrel.Listen(address);
        });
        // Before the first step that can fail, so that it is disposed of whatever happens.
        _app = builder.Build();
        _app.UseRouting();
        new ToxiproxyApi(_proxies).Map(_app);
        try
        {
            await _app.StartAsync(cancellationToken);
        }
        catch (Exception e) when (e is IOException or Win32Exception)
        {
            throw new CannotServe(address, e);
        }

        Address = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() is { } url ? new Uri(url).Authority : null;
    }

    public Task StopAsync(CancellationToken cancellationToken) => _app?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
            await _app.DisposeAsync();
        _proxies.Dispose();
    }

    /// <summary>Its address cannot be listened on.</summary>
    internal sealed class CannotServe(IPEndPoint address, Exception inner)
        : Exception($"toxiproxy's API cannot listen on {address}: {inner.GetBaseException().Message}", inner);
}
