using System.Net;
using Akka.Actor;
using Microsoft.Extensions.ObjectPool;

namespace Anode.Sockets;

/// <summary>One datagram within a slab.</summary>
internal readonly record struct ReceivedDatagram(int Offset, int Length, EndPoint From, bool Truncated);

/// <summary>All datagrams of one turn of reading: one actor message, one slab. Whoever holds it last calls <see cref="Release"/>.</summary>
internal sealed class DatagramBatch : IReapable
{
    private static readonly DefaultObjectPool<DatagramBatch> Pool = new(new DefaultPooledObjectPolicy<DatagramBatch>(), 256);

    private Slab? _slab;

    public Slab Slab => _slab!;

    public List<ReceivedDatagram> Datagrams { get; } = [];

    /// <summary>Retains the slab until released.</summary>
    public static DatagramBatch Rent(Slab slab)
    {
        slab.Retain();
        var batch = Pool.Get();
        batch._slab = slab;
        return batch;
    }

    public void Release()
    {
        var slab = Slab;
        _slab = null;
        Datagrams.Clear();
        Pool.Return(this);
        slab.Release();
    }

    void IReapable.Reap() => Release();
}

/// <summary>Datagrams on their way out to one address, each range one datagram.</summary>
/// <param name="FailTo">Told <see cref="DatagramNotSent"/> when the kernel refuses; null: it is only counted.</param>
internal sealed record OutgoingDatagrams(Delivery Delivery, EndPoint To, IActorRef? FailTo = null, object? Cause = null) : IReapable
{
    public void Reap() => Delivery.Release();
}

/// <summary>The kernel refused a datagram.</summary>
internal sealed record DatagramNotSent(int Errno, object? Cause) : IReapable;

/// <summary>Two addresses are the same peer when they print the same; the runtime compares Unix endpoints by reference.</summary>
internal sealed class EndPointComparer : IEqualityComparer<EndPoint>
{
    public static readonly EndPointComparer Instance = new();

    public bool Equals(EndPoint? x, EndPoint? y) =>
        ReferenceEquals(x, y) || (x is IPEndPoint ? x.Equals(y) : x is not null && y is not null && x.ToString() == y.ToString());

    public int GetHashCode(EndPoint obj) => obj is IPEndPoint ? obj.GetHashCode() : (obj.ToString() ?? "").GetHashCode(StringComparison.Ordinal);
}
