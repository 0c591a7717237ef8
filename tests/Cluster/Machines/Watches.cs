using System.Net;
using System.Net.Sockets;
using Anode.Messages;
using Anode.Tests.Support;
using Xunit;

namespace Anode.Tests.Cluster.Machines;

/// <summary>When what clients see happens, in milliseconds of the clock that all processes of this machine share.</summary>
internal static class Watches
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60), Pace = TimeSpan.FromMilliseconds(10);

    /// <summary>A client of the endpoint on that machine is welcome; the task that is returned tells when its connection has ended.</summary>
    public static async Task<Task<long>> UntilClosedAsync(MachineCluster cluster, string machine)
    {
        var client = await cluster.Network.RunIn(machine, () => NativeTestClient.Connect(NetAddress.Parse($"tcp://127.0.0.1:{MachineCluster.Front}")));
        client.Socket.ReceiveTimeout = (int)Patience.TotalMilliseconds;
        return Blocking.Run(() =>
        {
            using (client)
                client.ReceiveToEnd();
            return Environment.TickCount64;
        });
    }

    /// <summary>When one of them first takes a connection at the endpoint's port, and which.</summary>
    public static async Task<(string Machine, long At)> UntilOpenAsync(MachineCluster cluster, params string[] machines)
    {
        using var found = new CancellationTokenSource(Patience);
        var firsts = await Task.WhenAll(machines.Select(machine => cluster.Network.RunIn(machine, () =>
        {
            while (!found.Token.WaitHandle.WaitOne(Pace))
            {
                if (Answers())
                {
                    var at = Environment.TickCount64;
                    found.Cancel();
                    return (Machine: machine, At: at);
                }
            }

            return (Machine: machine, At: long.MaxValue);
        })));
        var first = firsts.MinBy(one => one.At);
        Assert.True(first.At < long.MaxValue, $"none of {string.Join(", ", machines)} serves at the endpoint after {Patience.TotalSeconds} s");
        return first;
    }

    private static bool Answers()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(IPAddress.Loopback, MachineCluster.Front);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
