using System.Globalization;
using System.Text;
using Anode.Messages;
using Anode.Tests.Support;
using CsCheck;
using Xunit;

namespace Anode.Tests.Nats.Differential;

/// <summary>
/// Several connections in turn, each step settled before the next: who gets what must be the same at both servers. Of a queue group it is only compared
/// that one member of it got the message, for which one is chance.
/// </summary>
[Collection(nameof(Doors))]
public class CrowdTests(Doors doors)
{
    private const int Clients = 3;

    /// <summary>One client as the libraries are, one that does not hear itself, one that hears no 503.</summary>
    private static readonly string[] Options =
    [
        """{"verbose":false,"pedantic":false,"headers":true,"no_responders":true}""",
        """{"verbose":false,"pedantic":false,"headers":true,"no_responders":true,"echo":false}""",
        """{"verbose":true,"pedantic":true,"headers":true}""",
    ];

    [NatsServerFact]
    public void Several_clients_get_the_same_from_both() =>
        Gen.Select(Gen.Int[0, Clients - 1], Scripts.Shared).Array[1, 30].Sample(steps =>
        {
            var told = string.Join("", steps.Select(step => $"{step.Item1}: {step.Item2}"));
            var token = Scripts.NextToken();
            var (theirs, ours) = (Run(doors.Theirs, token, steps), Run(doors.Ours, token, steps));
            Assert.True(theirs.SequenceEqual(ours), $"script:\n{told}\nnats-server:\n{string.Join('\n', theirs)}\nours:\n{string.Join('\n', ours)}");
        }, iter: 60, threads: 1);

    [NatsServerFact]
    public void Members_of_a_group_share_what_comes()
    {
        foreach (var address in new[] { doors.Theirs, doors.Ours })
        {
            var steps = Enumerable.Range(0, Clients).Select(client => (client, "SUB ~.a qa qa/1\r\n"))
                .Concat(Enumerable.Range(0, 120).Select(index => (index % 2 * 2, $"PUB ~.a 4\r\n{index:D4}\r\n")));
            var clients = Play(address, Scripts.NextToken(), [.. steps]);
            var shares = clients.Select(client => client.Frames.Count(frame => frame.IsDelivery)).ToList();
            Assert.Equal(120, shares.Sum());
            // By chance alone a third each; fewer than 5 of 120 would be one in many millions.
            Assert.All(shares, share => Assert.InRange(share, 5, 110));
            clients.ForEach(client => client.Dispose());
        }
    }

    private static List<string> Run(NetAddress address, string token, (int Client, string Step)[] steps)
    {
        var clients = Play(address, token, steps);
        try
        {
            var told = new List<string>();
            foreach (var (client, index) in clients.Select((client, index) => (client, index)))
            {
                // Own answers and other publishers' messages may pass each other; each publisher's keep their order.
                var frames = client.Frames.Where(frame => frame.Line != "PONG" && Frame.GroupOf(frame.Sid) is null);
                told.AddRange(frames.GroupBy(PublisherOf).OrderBy(group => group.Key, StringComparer.Ordinal)
                    .SelectMany(group => Frame.Comparable(group).Select(frame => $"client {index} from {group.Key}: {frame}")));
            }

            told.AddRange(clients.SelectMany(client => client.Frames).Where(frame => Frame.GroupOf(frame.Sid) is not null)
                .Select(frame => $"group {frame with { Sid = Frame.GroupOf(frame.Sid)! }}").Order(StringComparer.Ordinal));
            return told;
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
        }
    }

    private static List<Exchange> Play(NetAddress address, string token, (int Client, string Step)[] steps)
    {
        var clients = Enumerable.Range(0, Clients).Select(_ => new Exchange(address)).ToList();
        foreach (var (client, index) in clients.Select((client, index) => (client, index)))
            Settle(client, $"CONNECT {Options[index]}\r\n");
        foreach (var (step, number) in steps.Select((step, number) => (step, number)))
            Settle(clients[step.Client], step.Step.Replace("~", token).Replace("####", string.Create(CultureInfo.InvariantCulture, $"{step.Client}{number:D3}")));
        // An actor in the middle of a turn reads several times before it looks at what others sent it.
        foreach (var client in clients.SelectMany(client => Enumerable.Repeat(client, 9)))
            Settle(client, "");
        return clients;
    }

    private static void Settle(Exchange client, string text) => Assert.True(client.Settle(Encoding.Latin1.GetBytes(text)), $"closed after {text}");

    /// <summary>Payloads begin with the number of who sent them.</summary>
    private static string PublisherOf(Frame frame) => frame.IsDelivery ? frame.Payload[..1] : "itself";
}
