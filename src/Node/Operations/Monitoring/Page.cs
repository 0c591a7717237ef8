using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Anode.Operations.Monitoring;

/// <summary>Which part of a long list is wanted, and whether with subscriptions.</summary>
internal sealed record Page(int Offset, int Limit, bool Subscriptions, bool Details)
{
    private const int DefaultLimit = 1024;

    public static bool TryRead(HttpContext context, [NotNullWhen(true)] out Page? page, [NotNullWhen(false)] out string? error)
    {
        page = null;
        error = null;
        if (!TryNumber(context, "offset", out var offset) || !TryNumber(context, "limit", out var limit))
        {
            error = "offset and limit must be numbers of 0 or more";
            return false;
        }

        var subs = context.Request.Query["subs"].ToString();
        var details = subs == "detail";
        if (!details && subs is not ("" or "0" or "1") && !bool.TryParse(subs, out _))
        {
            error = "subs must be 1, true, 0, false or detail";
            return false;
        }

        page = new Page((int)offset, limit > 0 ? (int)limit : DefaultLimit, details || subs == "1" || bool.TryParse(subs, out var on) && on, details);
        return true;
    }

    /// <summary>0 when it is not there.</summary>
    public static bool TryNumber(HttpContext context, string key, out long value)
    {
        value = 0;
        var text = context.Request.Query[key].ToString();
        return text.Length == 0 || (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && (key == "cid" || value <= int.MaxValue));
    }
}
