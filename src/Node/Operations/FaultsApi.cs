using System.Text.Json;
using Akka.Actor;
using Anode.Faults;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Anode.Operations;

/// <summary>Faults over HTTP: begin, renew, end, and see what they did.</summary>
internal static class FaultsApi
{
    private const string Off = "faults are off: set node.faults.enabled = on";

    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(5);

    public static void MapFaults(this WebApplication app, NodeView view)
    {
        app.MapRead("/api/faults", context => List(context, view));
        app.MapRead("/api/faults/{name}", context => One(context, view));
        app.MapPost("/api/faults", context => BeginAsync(context, view));
        app.MapPost("/api/faults/{name}/renew", context => RenewAsync(context, view));
        app.MapDelete("/api/faults/{name}", context => EndAsync(context, view, new Fault.Remove(HttpApi.NameIn(context))));
        app.MapDelete("/api/faults", context => EndAsync(context, view, new Fault.RemoveAll()));
    }

    private static Task List(HttpContext context, NodeView view) => HttpApi.Json(
        context,
        view.Faults is { } faults ? [.. faults.Board.Active.Union(faults.Board.Planned).Concat(faults.Board.Ended.Reverse()).Select(ApiFault.Of)] : [],
        ApiJson.Api.IReadOnlyListApiFault);

    private static Task One(HttpContext context, NodeView view) => view.Faults?.Board.Find(HttpApi.NameIn(context)) is { } fault
        ? HttpApi.Json(context, ApiFault.Of(fault), ApiJson.Api.ApiFault)
        : HttpApi.Fail(context, StatusCodes.Status404NotFound, view.Faults is null ? Off : $"there is no fault {HttpApi.NameIn(context)}");

    private static async Task BeginAsync(HttpContext context, NodeView view)
    {
        var askedAt = System.Diagnostics.Stopwatch.GetTimestamp();
        if (await FieldsOf(context, view) is not { } fields)
            return;
        FaultSpec spec;
        try
        {
            spec = FaultSpec.Read(fields, view.Faults!.Longest);
        }
        catch (FaultException e)
        {
            await HttpApi.Fail(context, StatusCodes.Status400BadRequest, e.Message);
            return;
        }

        await AskAsync(context, view, new Fault.Begin(spec, askedAt), StatusCodes.Status201Created);
    }

    private static async Task RenewAsync(HttpContext context, NodeView view)
    {
        if (await FieldsOf(context, view) is not { } fields)
            return;
        TimeSpan lease;
        try
        {
            lease = fields.Duration("for", FaultSpec.DefaultLease);
            fields.Finish("renewing");
            if (lease <= TimeSpan.Zero || lease > view.Faults!.Longest)
                throw new FaultException($"for: a fault lasts at most {view.Faults!.Longest.TotalSeconds:0} s (node.faults.longest)");
        }
        catch (FaultException e)
        {
            await HttpApi.Fail(context, StatusCodes.Status400BadRequest, e.Message);
            return;
        }

        await AskAsync(context, view, new Fault.Renew(HttpApi.NameIn(context), lease), StatusCodes.Status200OK);
    }

    private static Task EndAsync(HttpContext context, NodeView view, object command) => view.Faults is null
        ? HttpApi.Fail(context, StatusCodes.Status409Conflict, Off)
        : AskAsync(context, view, command, StatusCodes.Status200OK);

    /// <returns>Null: it has been answered already.</returns>
    private static async Task<FaultFields?> FieldsOf(HttpContext context, NodeView view)
    {
        if (view.Faults is null)
        {
            await HttpApi.Fail(context, StatusCodes.Status409Conflict, Off);
            return null;
        }

        try
        {
            using var json = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
            return FaultFields.Of(json.RootElement);
        }
        catch (JsonException)
        {
            await HttpApi.Fail(context, StatusCodes.Status400BadRequest, "the body is not JSON");
            return null;
        }
        catch (FaultException e)
        {
            await HttpApi.Fail(context, StatusCodes.Status400BadRequest, e.Message);
            return null;
        }
    }

    private static async Task AskAsync(HttpContext context, NodeView view, object command, int status)
    {
        if (view.Faults!.Actor is not { } actor)
        {
            await HttpApi.Fail(context, StatusCodes.Status503ServiceUnavailable, "the node is starting");
            return;
        }

        object answer;
        try
        {
            answer = await actor.Ask(command, AnswerTimeout, context.RequestAborted);
        }
        catch (AskTimeoutException)
        {
            await HttpApi.Fail(context, StatusCodes.Status504GatewayTimeout, $"no answer within {AnswerTimeout.TotalSeconds} s");
            return;
        }

        if (answer is Fault.Refused refused)
        {
            await HttpApi.Fail(context, refused.Unknown ? StatusCodes.Status404NotFound : StatusCodes.Status409Conflict, refused.Text);
            return;
        }

        context.Response.StatusCode = status;
        if (answer is Fault.Begun begun)
            await HttpApi.Json(context, ApiFault.Of(begun.Fault), ApiJson.Api.ApiFault);
        else if (command is Fault.Remove)
            await HttpApi.Json(context, ApiFault.Of(((Fault.Ended)answer).Faults[0]), ApiJson.Api.ApiFault);
        else
            await HttpApi.Json(context, [.. ((Fault.Ended)answer).Faults.Select(ApiFault.Of)], ApiJson.Api.IReadOnlyListApiFault);
    }
}

internal sealed record ApiDelays(double P50, double P99, double Max);

internal sealed record ApiCharge(string Kind, uint Flow, uint Epoch, long Sequence);

/// <param name="Hits">Whatever the kind counts: calls, connections, frames, pieces.</param>
/// <param name="Frames">Lost, doubled, moved or changed.</param>
/// <param name="Dropped">Of these, lost.</param>
/// <param name="Delayed">As it really was, in milliseconds.</param>
/// <param name="Begun">False: it is planned, and <paramref name="Since"/> is when it will begin.</param>
/// <param name="LateMs">How long after its time, when it was asked for unless said otherwise, it began.</param>
/// <param name="Evidence">One sentence; empty: nothing shows that it has happened.</param>
/// <param name="Ended">Null: it goes on.</param>
/// <param name="Charged">Messages under test that it had in its hands.</param>
/// <param name="Charges">The newest of these, at most 1,000.</param>
internal sealed record ApiFault(
    string Id, string Kind, string Target, string Direction, double Probability, long Seed, bool Begun, DateTimeOffset Since, DateTimeOffset Until,
    long Hits, long Frames, long Bytes, long Dropped, int Connections, ApiDelays? Delayed, double LateMs, string Evidence, string? Ended,
    long Charged, IReadOnlyList<ApiCharge> Charges)
{
    private const int ChargesShown = 1000;

    public static ApiFault Of(ActiveFault fault)
    {
        var (spec, tally) = (fault.Spec, fault.Tally);
        var delays = tally.Delays();
        return new ApiFault(
            fault.Id, spec.Kind, spec.Target.ToString(), spec.Direction.ToString().ToLowerInvariant(), spec.Probability, spec.Seed, fault.HasBegun, fault.Since, fault.Until,
            tally.Hits, tally.Frames, tally.Bytes, tally.Lost, tally.Connections,
            delays.Max == 0 ? null : new ApiDelays(delays.P50, delays.P99, delays.Max), fault.Late.TotalMilliseconds, Anode.Faults.Evidence.Of(fault), fault.Ended,
            tally.ChargesCount,
            [.. tally.Charges.TakeLast(ChargesShown).Select(charge => new ApiCharge(
                charge.Kind.ToString().ToLowerInvariant(), charge.Stamp.Flow, charge.Stamp.Epoch, charge.Stamp.Sequence))]);
    }
}
