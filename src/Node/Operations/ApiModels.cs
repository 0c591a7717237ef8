using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Anode.Messages;
using Anode.Sockets;

namespace Anode.Operations;

/// <summary>What the API says, field by field. Names are fixed by the contract; fields are added, never renamed.</summary>
internal sealed record ApiFailure(int Errno, string Name, string Message, DateTimeOffset At)
{
    public static ApiFailure? Of(Endpoint.Failure? failure) =>
        failure is null ? null : new ApiFailure(failure.Errno, failure.Name, failure.Message, failure.At);
}

internal sealed record ApiEndpoint(
    string Name, string Kind, string Protocol, string? Family, string Type, string? Local, string Address, string State, bool Required,
    int Incarnation, int Restarts, ApiFailure? LastFailure, int Attempts, DateTimeOffset? NextAttemptAt, int Connections, long Accepted,
    long BytesIn, long BytesOut, long MessagesIn, long MessagesOut, long Dropped, string ActorPath,
    string Placement, string? Owner, string? Epoch, string? To)
{
    public static ApiEndpoint Of(EndpointEntry entry) => Of(entry, entry.Status);

    public static ApiEndpoint Of(EndpointEntry entry, Endpoint.Status? status)
    {
        var (spec, counters) = (entry.Spec, entry.Counters);
        return new ApiEndpoint(
            spec.Name,
            spec.Kind.ToString().ToLowerInvariant(),
            spec.Protocol,
            (status?.Local ?? spec.Address).Family?.ToString(),
            spec.Address.Kind.ToString(),
            status?.Local?.ToString(),
            spec.Address.ToString(),
            (status?.State ?? (spec.Mobility is null || entry.IsTaken ? Endpoint.State.Opening : Endpoint.State.Closed)).ToString(),
            spec.Required,
            status?.Incarnation ?? 0,
            status?.Restarts ?? 0,
            ApiFailure.Of(status?.LastFailure),
            status?.Attempts ?? 0,
            status?.NextAttemptAt,
            counters.Open,
            counters.Accepted,
            counters.BytesIn,
            counters.BytesOut,
            counters.MessagesIn,
            counters.MessagesOut,
            counters.Dropped,
            status?.ActorPath ?? $"/user/node/endpoints/{spec.ActorName}",
            spec.Mobility is null ? "local" : "cluster",
            entry.Place?.Owner,
            entry.Place?.Epoch,
            spec.To?.ToString());
    }
}

internal sealed record ApiCredentials(int ProcessId, uint UserId, uint GroupId);

/// <param name="Version">As in TLSv1.3.</param>
/// <param name="Cipher">The suite's registered name.</param>
/// <param name="Peer">Subject of the peer's certificate; null: it showed none.</param>
internal sealed record ApiTls(string Version, string Cipher, string? Peer);

internal sealed record ApiConnection(
    long Id, string Endpoint, string Local, string Remote, string Protocol, string State, DateTimeOffset Since, long BytesIn, long BytesOut,
    long MessagesIn, long MessagesOut, long PendingBytes, long Dropped, long DroppedBytes, int Subscriptions, string? ClientName, ApiCredentials? Credentials,
    string ActorPath, string? CloseReason, int Errno, DateTimeOffset? ClosedAt, ApiTls? Tls, string? CloseText, long? OtherHalf)
{
    public static ApiConnection Of(ConnectionRecord record) => new(
        record.Id,
        record.Endpoint,
        record.Local.ToString(),
        record.Remote.ToString(),
        record.Protocol,
        record.State.ToString(),
        record.Since,
        record.BytesIn,
        record.BytesOut,
        record.MessagesIn,
        record.MessagesOut,
        record.Outlet?.PendingBytes ?? 0,
        record.DroppedMessages,
        record.DroppedBytes,
        record.Subscriptions,
        record.ClientName,
        record.Credentials is { } peer ? new ApiCredentials(peer.ProcessId, peer.UserId, peer.GroupId) : null,
        record.ActorPath,
        record.CloseReason?.Code(),
        record.Errno,
        record.ClosedAt,
        record.Tls is { } tls ? new ApiTls(tls.Version, tls.Cipher, tls.Peer) : null,
        record.CloseText,
        record.OtherHalf);
}

internal sealed record ApiBuffers(long RentedBytes, long RentedCount, long IdleBytes, long BoundBytes, long Refusals);

internal sealed record ApiRelay(long Published, long Delivered, long Unheard, long NoResponders, long Duplicates, long Subscriptions);

internal sealed record ApiNode(
    string Name, string Version, int Pid, string Hostname, DateTimeOffset StartedAt, double UptimeSeconds, bool Ready,
    IReadOnlyList<string> NotReadyBecause, bool Draining, string Os, string Runtime, int Connections, ApiBuffers Buffers, ApiRelay Relay);

internal sealed record ApiActor(
    string Path, string Kind, string State, int Restarts, ApiFailure? LastFailure, int Mailbox, IReadOnlyList<ApiActor> Children, int Omitted);

internal sealed record ApiSubscriptions(long Total, IReadOnlyDictionary<string, int> ByConnection);

internal sealed record ApiNotReady(IReadOnlyList<string> Reasons);

internal sealed record ApiDraining(bool Draining);

internal sealed record ApiError(string Error);

[JsonSerializable(typeof(IReadOnlyList<ApiEndpoint>))]
[JsonSerializable(typeof(IReadOnlyList<ApiConnection>))]
[JsonSerializable(typeof(IReadOnlyList<LoggedEvent>))]
[JsonSerializable(typeof(ApiNode))]
[JsonSerializable(typeof(ApiActor))]
[JsonSerializable(typeof(ApiSubscriptions))]
[JsonSerializable(typeof(ApiCluster))]
[JsonSerializable(typeof(ApiMove))]
[JsonSerializable(typeof(ApiPlacement))]
[JsonSerializable(typeof(ApiNotReady))]
[JsonSerializable(typeof(ApiDraining))]
[JsonSerializable(typeof(ApiError))]
[JsonSerializable(typeof(ApiLinks))]
[JsonSerializable(typeof(ApiTrace))]
[JsonSerializable(typeof(ApiFault))]
[JsonSerializable(typeof(ApiLedger))]
[JsonSerializable(typeof(IReadOnlyList<ApiFault>))]
internal sealed partial class ApiJson : JsonSerializerContext
{
    /// <summary>For people too: indented, and without escapes that only HTML would need; the answers are never HTML.</summary>
    public static readonly ApiJson Api = new(new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
