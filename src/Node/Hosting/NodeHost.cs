using System.ComponentModel;
using System.Runtime.InteropServices;
using Akka.Actor;
using Akka.Hosting;
using Anode.Hosting.Configuration;
using Anode.Mesh;
using Anode.Messages;
using Anode.Operations;
using Anode.Operations.Toxiproxy;
using Anode.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Anode.Hosting;

/// <summary>Runs a node from start to drained: the tree of actors, the HTTP API, signals, the ready file.</summary>
internal sealed class NodeHost(LoadedConfig config, string? readyFile, TextWriter errors)
{
    private const int Done = 0, Failed = 1, BadConfiguration = 2;

    // Beyond drain-timeout the process ends whatever still hangs: a supervisor that waits would kill it anyway, later.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    /// <summary>A move is a few messages; longer than that nobody is there to take over.</summary>
    private static readonly TimeSpan HandOverPatience = TimeSpan.FromSeconds(2);

    private readonly NodeOptions _options = config.Options;
    private readonly NodeRuntime _runtime = new(config.Options);
    private readonly TaskCompletionSource _stop = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Returns the exit code, once the node has been told to stop and has drained.</summary>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        await using var registration = cancellation.Register(() => _stop.TrySetResult());
        _runtime.View.Drain = () => _stop.TrySetResult();

        await using var app = Build(config, _runtime);
        try
        {
            // Values under akka are only judged by Akka, when the system is made of them.
            app.Services.GetRequiredService<ActorSystem>();
        }
        catch (Exception e) when (e is FormatException or ArgumentException or Akka.Configuration.ConfigurationException or TypeLoadException)
        {
            await errors.WriteLineAsync($"anode: a value under akka {{ … }} is not what Akka takes: {e.Message}");
            return BadConfiguration;
        }
        catch (Exception e) when (_options.Cluster.Address is not null && InnermostOf(e) is Win32Exception refused)
        {
            await errors.WriteLineAsync($"anode: the cluster's address {_options.Cluster.Address} cannot be listened on: {refused.Message}. It must be free and this machine's own: --cluster HOST:PORT");
            return Failed;
        }

        try
        {
            await app.StartAsync(CancellationToken.None);
        }
        catch (ToxiproxyServer.CannotServe e)
        {
            await errors.WriteLineAsync($"anode: {e.Message}. Choose another with --set node.faults.toxiproxy.address=HOST:PORT");
            return Failed;
        }
        catch (Exception e) when (e is IOException or Win32Exception)
        {
            // An address in use comes as an IOException, every other refusal as the SocketException itself (a Win32Exception).
            await errors.WriteLineAsync($"anode: the HTTP API cannot listen on {_options.Http.Address}: {e.GetBaseException().Message}. Choose another with --http HOST:PORT, or --http off.");
            return Failed;
        }

        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("anode");
        var announced = AnnounceAsync(app, logger);
        var gone = _runtime.View.Cluster?.Gone ?? NeverAsync();
        await Task.WhenAny(_stop.Task, gone, announced.ContinueWith(t => t.IsCompletedSuccessfully ? _stop.Task : Task.CompletedTask, TaskScheduler.Default).Unwrap());
        if (announced.IsFaulted)
        {
            await errors.WriteLineAsync($"anode: --ready-file {readyFile} cannot be written: {announced.Exception.InnerException!.Message}");
            await DrainAsync(app, logger);
            return Failed;
        }

        if (gone.IsCompleted && !_stop.Task.IsCompleted)
        {
            await errors.WriteLineAsync($"anode: {await gone}: this node ends, and can be started anew to join again");
            await DrainAsync(app, logger, Failed);
            return Failed;
        }

        await DrainAsync(app, logger);
        return Done;
    }

    /// <remarks>Beyond <see cref="Exception.GetBaseException"/>, which ends where aggregates do.</remarks>
    private static Exception InnermostOf(Exception e) => e.InnerException is { } inner ? InnermostOf(inner) : e;

    private void OnSignal(PosixSignalContext signal)
    {
        signal.Cancel = true;
        if (!_stop.TrySetResult())
            Environment.Exit(Done); // the second one means now
    }

    /// <summary>The node and its HTTP API, not started; what is left to the caller is signals, the ready file and draining.</summary>
    internal static WebApplication Build(LoadedConfig config, NodeRuntime runtime)
    {
        // Empty: no appsettings.json, no ASPNETCORE_URLS, no file watchers. The node has one configuration, its own.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.Logging.SetMinimumLevel(config.Options.Log.Level);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        // In a cluster Akka tells at length of messages to those who have gone; what matters of it is said by the cluster's own actor.
        if (config.Options.Cluster.Address is not null && config.Options.Log.Level == LogLevel.Information)
            builder.Logging.AddFilter(NodeLogger.AkkaCategory, LogLevel.Warning);
        // It would log with its stack trace what RunAsync says in a sentence.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        builder.Logging.AddNodeConsole(config.Options.Log.Format);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(2));
        builder.Services.AddSingleton<IHostLifetime, QuietLifetime>();
        builder.Services.AddAkka("anode", (akka, _) => akka
            .ConfigureLoggers(loggers =>
            {
                loggers.AddLoggerFactory();
                loggers.ClearLoggers();
                loggers.AddLogger<NodeLogger>();
            })
            .WithNode(config, runtime));
        if (config.Options.Http.Address is { } http)
            builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(HttpAddress.EndPointOf(http)));
        else
            builder.Services.AddSingleton<IServer, NoServer>();
        if (config.Options.Faults.Toxiproxy is { Enabled: true, Address: { } toxiproxy } && runtime.View.Faults is { } faults)
        {
            runtime.Toxiproxy = new ToxiproxyServer(runtime.View, new ToxicFaults(faults), HttpAddress.EndPointOf(toxiproxy));
            builder.Services.AddHostedService(_ => runtime.Toxiproxy);
        }

        var app = builder.Build();
        app.UseRouting();
        runtime.View.Stopping = app.Lifetime.ApplicationStopping;
        if (config.Options.Http.Address is not null)
            app.MapNodeOperations(runtime.View);
        return app;
    }

    private async Task AnnounceAsync(WebApplication app, ILogger logger)
    {
        var endpoints = await _runtime.Ready.Ready;
        if (_runtime.View.Cluster is { } cluster)
            await cluster.Up;
        var http = _options.Http.Address is null ? null : HttpAddress.TextOf(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>());
        logger.LogInformation("{Name} is ready, HTTP on {Http}", _options.Name, http ?? "off");
        if (readyFile is not null)
            await ReadyFile.WriteAsync(readyFile, ReadyFile.Json(_options.Name, endpoints, http, _runtime.View.Cluster?.State, _runtime.Toxiproxy?.Address), CancellationToken.None);
    }

    private static Task<string> NeverAsync() => new TaskCompletionSource<string>().Task;

    private async Task DrainAsync(WebApplication app, ILogger logger, int code = Done)
    {
        _runtime.View.Draining = true;
        _runtime.View.System?.EventStream.Publish(new NodeEvent("node-draining", null, null, "no new connections; those that are open are asked to end"));
        logger.LogInformation("{Name} is draining", _options.Name);
        using var deadline = new Timer(_ => Environment.Exit(code), null, _options.DrainTimeout + Grace, Timeout.InfiniteTimeSpan);
        // First, so that others lead nothing through this node any more while its links still stand.
        _runtime.View.Relay.Mesh?.Actor.Tell(new MeshActor.Leave());
        var drained = new TaskCompletionSource<Akka.Done>(TaskCreationOptions.RunContinuationsAsynchronously);
        // Who has left the cluster has its actors ended by it; not before our clients have gone.
        if (_runtime.View is { Cluster: not null, System: { } leaving })
            CoordinatedShutdown.Get(leaving).AddTask(CoordinatedShutdown.PhaseBeforeActorSystemTerminate, "drained", () => drained.Task);
        if (code == Done && _runtime.View is { Cluster: { } member, System: { } actors })
            await member.HandOverAsync(actors, _options.DrainTimeout < HandOverPatience ? _options.DrainTimeout : HandOverPatience);
        // Beside the endpoints' draining: the others need not wait for our clients to go.
        var left = _runtime.View.Cluster is { } cluster && _runtime.View.System is { } system ? cluster.LeaveAsync(system, _options.DrainTimeout) : Task.CompletedTask;
        _runtime.Opener?.Tell(new End(CloseReason.ShuttingDown));
        if (_runtime.Endpoints is { } endpoints)
        {
            try
            {
                await endpoints.Ask<EndpointsActor.Drained>(new EndpointsActor.DrainAll(), _options.DrainTimeout);
            }
            catch (AskTimeoutException)
            {
                logger.LogWarning("not everything had ended within the drain time-out of {Seconds} s", _options.DrainTimeout.TotalSeconds);
            }
        }

        await left;
        drained.TrySetResult(Akka.Done.Instance);
        await app.StopAsync(CancellationToken.None);
        if (File.Exists(readyFile))
            File.Delete(readyFile);
    }
}
