using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Anode.Experiments.Reports;

/// <summary>On what an experiment ran, as far as it can matter to its figures.</summary>
internal static class Machine
{
    public static string Version { get; } = typeof(Machine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    public static void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("anode", Version);
        json.WriteString("runtime", RuntimeInformation.FrameworkDescription);
        json.WriteString("os", RuntimeInformation.OSDescription);
        json.WriteString("kernel", First("/proc/sys/kernel/osrelease"));
        json.WriteString("processor", Processor());
        json.WriteNumber("processors", Environment.ProcessorCount);
        json.WriteString("memory", First("/proc/meminfo").Replace("MemTotal:", "").Trim());
        json.WriteString("load", First("/proc/loadavg"));
        json.WriteString("utc", DateTimeOffset.UtcNow);
        json.WriteEndObject();
    }

    private static string Processor()
    {
        try
        {
            return File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[^1].Trim()
                ?? RuntimeInformation.ProcessArchitecture.ToString();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return RuntimeInformation.ProcessArchitecture.ToString();
        }
    }

    private static string First(string path)
    {
        try
        {
            return File.ReadLines(path).FirstOrDefault() ?? "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
