using Anode.Tests.Protocols.Native;
using Anode.Tests.Support;
using CsCheck;
using Xunit;

namespace Anode.Tests.Relay;

/// <summary>Random scripts of three clients against <see cref="RelayModel"/>, frame by frame.</summary>
public class ModelTests
{
    private const int Clients = 3, Mute = 2;

    private static readonly string[] Filters = ["a", "a.b", "a.*", "*.b", "a.>", ">", "*", "a.b.c"];
    private static readonly string[] Subjects = ["a", "a.b", "a.b.c", "b", "c.b"];
    private static readonly string?[] Queues = [null, null, "q", "r"];

    [Fact]
    public async Task Random_scripts_deliver_what_the_model_says()
    {
        await using var node = await TestNode.StartAsync();
        Gen.Select(Gen.Int[0, 9], Gen.Int[0, Clients - 1], Gen.Int[0, 99], Gen.Int[0, 7], Gen.Int[0, 7]).Array[1, 80].Sample(script =>
        {
            using var run = new Run(node);
            foreach (var (what, client, number, choice, other) in script)
            {
                switch (what)
                {
                    case 0 or 1 or 2: run.Subscribe(client, 1 + number % 6, Filters[choice], Queues[other % 4], number % 5 == 0 ? 1 + other : 0); break;
                    case 3: run.Unsubscribe(client, 1 + number % 6, number % 2 * (1 + other)); break;
                    case 4: run.PublishToInbox(client, number % Clients, other % 2 == 0); break;
                    case 5: run.Put(client, number % 8, Subjects[choice % 5], other % 2 == 0); break;
                    default: run.Publish(client, Subjects[choice % 5], other % 2 == 0); break;
                }
            }

            run.End();
        }, iter: 120, threads: 1);
    }

    /// <summary>One script: three clients, the model, and after each step all three compared with it.</summary>
    private sealed class Run : IDisposable
    {
        private readonly TestNode _node;
        private readonly NativeTestClient[] _clients;
        private readonly RelayModel _model = new(new HashSet<int> { Mute });
        private int _published;

        public Run(TestNode node)
        {
            _node = node;
            _clients = [node.Connect(), node.Connect(), node.Connect(("echo", Value.False))];
        }

        public void Subscribe(int client, int sid, string filter, string? queue, int max)
        {
            _clients[client].Send(4, sid, filter, queue is null ? Value.Nil : queue, max);
            Assert.Empty(_clients[client].Sync());
            _model.Subscribe(client, sid, filter, queue, max);
        }

        public void Unsubscribe(int client, int sid, int max)
        {
            _clients[client].Send(5, sid, max == 0 ? Value.Nil : max);
            Assert.Empty(_clients[client].Sync());
            _model.Unsubscribe(client, sid, max);
        }

        public void PublishToInbox(int client, int to, bool asks)
        {
            var subject = $"{_clients[to].Inbox}.{++_published}";
            _clients[client].Send(3, subject, "x", asks ? "re.ply" : Value.Nil);
            Compare(client, [(to, $"[6,0,\"{subject}\",\"x\"{(asks ? ",\"re.ply\"" : "")}]")], []);
        }

        public void Publish(int client, string subject, bool asks)
        {
            _clients[client].Send(3, subject, $"{++_published}", asks ? "re.ply" : Value.Nil);
            var (expected, groups) = Deliver(client, subject, asks, trailing: asks ? ",\"re.ply\"" : ",nil");
            if (asks && expected.Count + groups.Count == 0)
                expected.Add((client, "[6,0,\"re.ply\",'',nil,{\"status\":\"503\"}]"));
            Compare(client, expected, groups);
        }

        public void Put(int client, int id, string subject, bool asks)
        {
            _clients[client].Send(12, id, subject, $"{++_published}", asks ? "re.ply" : Value.Nil);
            if (_model.ReceiptOf(client, id) is { } before)
            {
                Compare(client, [(client, $"[9,{id},{{\"receivers\":{before}}}]")], []);
                return;
            }

            var (expected, groups) = Deliver(client, subject, asks, trailing: asks ? ",\"re.ply\"" : ",nil");
            var receivers = expected.Count + groups.Count;
            _model.Answer(client, id, receivers);
            expected.Add((client, $"[9,{id},{{\"receivers\":{receivers}}}]"));
            if (asks && receivers == 0)
                expected.Add((client, "[6,0,\"re.ply\",'',nil,{\"status\":\"503\"}]"));
            Compare(client, expected, groups);
        }

        /// <summary>What came in excess of what was waited for would come now.</summary>
        public void End() => Assert.All(_clients, client => Assert.Empty(client.Settle()));

        public void Dispose()
        {
            foreach (var client in _clients)
                client.Dispose();

            Eventually.Equal(0, () => _node.View.Relay.Index.Count);
        }

        private (List<(int Client, string Frame)> Expected, List<Dictionary<(int Client, string Frame), ModelSubscription>> Groups) Deliver(
            int client, string subject, bool asks, string trailing)
        {
            var groups = _model.Groups(client, subject)
                .Select(group => group.ToDictionary(
                    member => (member.Client, $"[6,{member.Sid},\"{subject}\",\"{_published}\"{(asks ? trailing : "")}]"))).ToList();
            return ([.. _model.Publish(client, subject).Select(to => (to, $"[3,\"{subject}\",\"{_published}\"{trailing}]"))], groups);
        }

        private void Compare(int publisher, List<(int Client, string Frame)> expected, List<Dictionary<(int Client, string Frame), ModelSubscription>> groups)
        {
            // The publisher's PONG says that all copies are on their way; each must come, and none may come in excess.
            var got = Gather(publisher).ToList();
            Eventually.Holds(
                () =>
                {
                    got.AddRange(Enumerable.Range(0, Clients).SelectMany(Gather));
                    return got.Count >= expected.Count + groups.Count;
                },
                () => $"only {string.Join(" ", got)} came of {string.Join(" ", expected)}");
            foreach (var group in groups)
            {
                var chosen = Assert.Single(got, group.ContainsKey);
                _model.Take(group[chosen]);
                got.Remove(chosen);
            }

            Assert.Equal(expected.Order(), got.Order());
            for (var client = 0; client < Clients; client++)
                Assert.Equal(_model.CountOf(client), _node.RecordOf(_clients[client]).Subscriptions);
        }

        private IEnumerable<(int Client, string Frame)> Gather(int client) => _clients[client].Sync().Select(frame => (client, frame));
    }
}
