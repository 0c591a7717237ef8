using Anode.Sockets;
using Xunit;

namespace Anode.Tests.Sockets.Drivers;

/// <summary>On which loop the owner of a socket begins, and stays.</summary>
public sealed class PlacesTests() : SocketSpec(new SocketSettings { Driver = DriverKind.Epoll, Loops = 3 })
{
    [Fact]
    public void Connections_are_placed_two_by_two_on_every_loop()
    {
        var places = Enumerable.Range(0, 12).Select(_ => Sockets.Driver.NextConnection(Sys).Dispatcher!).Chunk(2).ToList();
        Assert.All(places, two => Assert.Equal(two[0], two[1]));
        Assert.Equal(3, places.Take(3).Select(two => two[0]).Distinct().Count());
        Assert.Equal(places.Take(3), places.Skip(3));
    }

    [Fact]
    public void Who_serves_endpoints_does_not_part_those_two()
    {
        var first = Sockets.Driver.NextConnection(Sys);
        Sockets.Driver.Next(Sys);
        Assert.Equal(first, Sockets.Driver.NextConnection(Sys));
    }
}
