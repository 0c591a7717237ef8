using System.Net;
using Anode.Messages;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using LogFormat = Anode.Hosting.Configuration.LogFormat;

namespace Anode.Hosting;

/// <summary>Signals are the node's own business: the framework's lifetime would end the host at the first one, undrained.</summary>
internal sealed class QuietLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>Stands in for Kestrel with <c>--http off</c>.</summary>
internal sealed class NoServer : IServer
{
    public IFeatureCollection Features { get; } = new FeatureCollection();

    public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
        where TContext : notnull => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
    }
}

/// <summary>Between the address of the HTTP API as written and as Kestrel knows it.</summary>
internal static class HttpAddress
{
    public static IPEndPoint EndPointOf(NetAddress address) =>
        new(IPAddress.TryParse(address.Host, out var ip) ? ip : IPAddress.Loopback, address.Port);

    /// <summary>host:port with the real port.</summary>
    public static string? TextOf(IServerAddressesFeature? feature) =>
        feature?.Addresses.FirstOrDefault() is { } url ? new Uri(url).Authority : null;
}

/// <summary>Logs go to standard error; standard output belongs to commands.</summary>
internal static class NodeConsole
{
    public static ILoggingBuilder AddNodeConsole(this ILoggingBuilder logging, LogFormat format)
    {
        logging.Services.Configure<ConsoleLoggerOptions>(console =>
        {
            console.LogToStandardErrorThreshold = LogLevel.Trace;
            console.FormatterName = format == LogFormat.Json ? ConsoleFormatterNames.Json : ConsoleFormatterNames.Simple;
        });
        return format == LogFormat.Json
            ? logging.AddJsonConsole(json => json.UseUtcTimestamp = true)
            : logging.AddSimpleConsole(text =>
            {
                text.SingleLine = true;
                text.TimestampFormat = "HH:mm:ss.fff ";
            });
    }
}
