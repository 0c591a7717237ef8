using Anode.Sockets;
using CsCheck;
using Xunit;

namespace Anode.Tests.Sockets.DataPlane;

/// <summary>Slabs, deliveries and outlets: every block comes back once, every byte is counted once.</summary>
public sealed class BufferTests : SocketSpec
{
    private sealed class Source : ISlabSource
    {
        private int _returned;

        public int Returned => Volatile.Read(ref _returned);

        public void OnSlabReturned(int bytes) => Interlocked.Increment(ref _returned);
    }

    [Fact]
    public void Rented_block_is_a_power_of_two_that_fits() =>
        Gen.Int[0, 5_000_000].Sample(bytes =>
        {
            var pool = new SlabPool(1 << 30);
            var slab = pool.TryRent(bytes, null)!;
            Assert.True(slab.Length >= Math.Max(bytes, SlabPool.MinBytes) && slab.Length < 2 * Math.Max(bytes, SlabPool.MinBytes));
            Assert.True(System.Numerics.BitOperations.IsPow2(slab.Length));
            Assert.Equal((slab.Length, 1L), (pool.RentedBytes, pool.RentedCount));
            slab.Release();
            Assert.Equal((0L, 0L), (pool.RentedBytes, pool.RentedCount));
        });

    [Fact]
    public void Pool_at_its_bound_refuses_and_serves_again_what_came_back()
    {
        var pool = new SlabPool(3 * SlabPool.MinBytes);
        var rented = Enumerable.Range(0, 3).Select(_ => pool.TryRent(1, null)!).ToList();
        Assert.Null(pool.TryRent(1, null));
        Assert.Equal(1, pool.Refusals);
        rented[0].Release();
        var again = pool.TryRent(1, null);
        Assert.Same(rented[0], again);
        Assert.Null(pool.TryRent(SlabPool.MinBytes + 1, null));
    }

    [Fact]
    public void Idle_memory_is_kept_only_up_to_its_share()
    {
        var pool = new SlabPool(64 * 1024 * 1024);
        var rented = Enumerable.Range(0, 64).Select(_ => pool.TryRent(1024 * 1024, null)!).ToList();
        rented.ForEach(slab => slab.Release());
        Assert.Equal(8 * 1024 * 1024, pool.IdleBytes);
    }

    [Fact]
    public void Source_gets_its_credit_back_once_whether_disowned_or_returned() =>
        Gen.Select(Gen.Bool, Gen.Int[1, 5]).Sample((disown, holders) =>
        {
            var source = new Source();
            var slab = new SlabPool(1 << 20).TryRent(1, source)!;
            for (var i = 1; i < holders; i++)
                slab.Retain();
            if (disown)
            {
                slab.Disown();
                slab.Disown();
                Assert.Equal(1, source.Returned);
            }

            for (var i = 0; i < holders; i++)
            {
                Assert.Equal(disown ? 1 : 0, source.Returned);
                slab.Release();
            }

            Assert.Equal(1, source.Returned);
        });

    [Fact]
    public void Delivery_merges_neighbours_and_returns_every_slab() =>
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 50], Gen.Int[0, 100]).Array[1, 60].Sample(pieces =>
        {
            var pool = new SlabPool(1 << 20);
            var slabs = Enumerable.Range(0, 3).Select(_ => pool.TryRent(8192, null)!).ToArray();
            foreach (var (slab, index) in slabs.Select((slab, index) => (slab, index)))
                Array.Fill(slab.Buffer, (byte)index);
            var ends = new int[3];
            var expected = new List<(int Slab, int Offset, int Length)>();
            var delivery = Delivery.Rent();
            foreach (var (index, gap, length) in pieces)
            {
                var offset = ends[index] + gap;
                delivery.Append(slabs[index], offset, length);
                ends[index] = offset + length;
                if (expected.Count > 0 && expected[^1] is var last && last.Slab == index && last.Offset + last.Length == offset)
                    expected[^1] = (index, last.Offset, last.Length + length);
                else
                    expected.Add((index, offset, length));
            }

            Assert.Equal(expected, Enumerable.Range(0, delivery.Count).Select(i => (Array.IndexOf(slabs, delivery[i].Slab), delivery[i].Offset, delivery[i].Length)));
            Assert.Equal((pieces.Sum(piece => piece.Item3), pieces.Length), (delivery.Bytes, delivery.Messages));
            foreach (var slab in slabs)
                slab.Release();
            Assert.Equal(pieces.Select(piece => piece.Item1).Distinct().Count(), pool.RentedCount);
            delivery.Release();
            Assert.Equal(0, pool.RentedCount);
        });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Outlet_turns_away_what_passes_its_bound_and_tells_its_owner_once_that_it_is_to_close_or_is_losing(bool close)
    {
        var policy = close ? OverflowPolicy.Close : OverflowPolicy.Drop;
        var owner = CreateTestProbe();
        var outlet = new Outlet(owner, 100, policy);
        Assert.True(outlet.Post(Of(60)));
        Assert.True(outlet.Post(Of(40)));
        Assert.False(outlet.Post(Of(1)));
        Assert.False(outlet.Post(Of(1)));
        Assert.Equal((100L, 2L), (outlet.PendingBytes, outlet.DroppedMessages));
        owner.ExpectMsg<Delivery>().Release();

        // Room again: one that drops goes on, one that is to close takes nothing more.
        Assert.Equal(!close, outlet.Post(Of(60)));
        owner.ExpectMsg<Delivery>().Release();
        if (close)
        {
            owner.ExpectMsg<Overflowed>();
        }
        else
        {
            owner.ExpectMsg<Dropping>();
            owner.ExpectMsg<Delivery>().Release();
        }

        Assert.False(owner.HasMessages);
        Assert.Equal(0, outlet.PendingBytes);
    }

    [Fact]
    public void Dropping_outlet_tells_its_owner_again_only_when_asked_to()
    {
        var owner = CreateTestProbe();
        var outlet = new Outlet(owner, 0, OverflowPolicy.Drop);
        outlet.Post(Of(1));
        outlet.Post(Of(1));
        owner.ExpectMsg<Dropping>();
        outlet.Rearm();
        Assert.False(owner.HasMessages);
        outlet.Post(Of(1));
        owner.ExpectMsg<Dropping>();
        outlet.Shut();
        outlet.Rearm();
        outlet.Post(Of(1));
        Assert.False(owner.HasMessages);
        Assert.Equal(4, outlet.DroppedMessages);
    }

    [Fact]
    public void Slab_that_nobody_can_reach_any_more_is_no_longer_counted_as_rented()
    {
        var pool = new SlabPool(1024 * 1024);
        Lose(pool);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.Equal((0L, 0L), (pool.RentedBytes, pool.RentedCount));

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static void Lose(SlabPool pool) => Assert.NotNull(pool.TryRent(100, null));
    }

    [Fact]
    public void What_reaches_an_actor_after_its_end_is_reaped()
    {
        var gone = CreateTestProbe();
        var outlet = new Outlet(gone.Ref, long.MaxValue, OverflowPolicy.Close);
        Watch(gone);
        Sys.Stop(gone);
        ExpectTerminated(gone);
        for (var i = 0; i < 1000; i++)
        {
            var slab = Sockets.Pool.TryRent(100, null)!;
            var delivery = Delivery.Rent();
            delivery.Append(slab, 0, 100);
            slab.Release();
            outlet.Post(delivery);
        }

        AssertBuffersReturned();
        Assert.Equal(0, outlet.PendingBytes);
    }

    private static Delivery Of(int bytes)
    {
        var slab = Slab.Foreign(new byte[bytes]);
        var delivery = Delivery.Rent();
        delivery.Append(slab, 0, bytes);
        slab.Release();
        return delivery;
    }
}
