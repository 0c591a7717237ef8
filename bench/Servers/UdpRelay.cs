using System.Diagnostics;

namespace Anode.Bench.Servers;

/// <summary>udp-relay.c, compiled when it is first needed.</summary>
internal sealed class UdpRelay : IDisposable
{
    private readonly Lazy<string?> _program = new(Compile);

    /// <summary>Null where there is no C compiler.</summary>
    public string? Program => _program.Value;

    public void Dispose()
    {
        if (_program is { IsValueCreated: true, Value: { } program })
            File.Delete(program);
    }

    private static string? Compile()
    {
        var program = Path.Combine(Path.GetTempPath(), $"anode-udp-relay-{Guid.NewGuid():n}");
        try
        {
            using var compiler = Process.Start("cc", ["-O2", "-o", program, Path.Combine(AppContext.BaseDirectory, "udp-relay.c")]);
            compiler.WaitForExit();
            return compiler.ExitCode == 0 ? program : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
