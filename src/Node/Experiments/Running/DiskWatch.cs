using System.Globalization;
using Anode.Experiments.Scenarios;

namespace Anode.Experiments.Running;

/// <summary>There is too little room for results; the sentence says how little.</summary>
internal sealed class DiskShort(string sentence) : Exception(sentence);

/// <summary>Looks once a second whether there is room left where the results are written.</summary>
internal sealed class DiskWatch(string folder, AbortRules rules)
{
    private long _next;

    /// <exception cref="DiskShort">There is not.</exception>
    public void Look(long now)
    {
        if (now < _next)
            return;
        _next = now + 1_000_000;
        if (ShortOf(folder, rules.MinFreeDisk) is { } sentence)
            throw new DiskShort(sentence);
    }

    /// <summary>Null: there is room enough.</summary>
    public static string? ShortOf(string folder, long least)
    {
        if (least <= 0 || new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace is var free && free >= least)
            return null;
        return string.Create(CultureInfo.InvariantCulture, $"because {folder} has {free / 1048576.0:N0} MiB left, and abort.min-free-disk is {least / 1048576.0:N0} MiB");
    }
}
