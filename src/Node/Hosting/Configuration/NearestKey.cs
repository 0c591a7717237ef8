namespace Anode.Hosting.Configuration;

/// <summary>Did you mean: the valid key nearest to a mistyped one.</summary>
internal static class NearestKey
{
    /// <summary>Longer input than any key makes no better guess, only a quadratic one.</summary>
    private const int MaxLength = 128;

    /// <summary>
    /// Nearest by edits of the whole path. The right name in the wrong block (<c>node.payload-bytes</c>) is near as well, but
    /// a mistyped name there is twice as far as here.
    /// </summary>
    public static string? Find(string key, IEnumerable<string> valid)
    {
        key = key[..Math.Min(key.Length, MaxLength)];
        return valid.MinBy(candidate =>
            Math.Min(2 * Distance(key, candidate), (4 * Distance(KeyPath.Leaf(key), KeyPath.Leaf(candidate))) + 1));
    }

    /// <summary>Levenshtein's: insertions, deletions and replacements, each one edit.</summary>
    public static int Distance(string a, string b)
    {
        var row = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
            row[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var replace = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replace, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
