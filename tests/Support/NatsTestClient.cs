using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Anode.Messages;
using Anode.Sockets;

namespace Anode.Tests.Support;

/// <summary>
/// A NATS client by hand, on a blocking stream socket: it says any text it is told to, and gives what it hears as text with <c>\n</c> for each
/// CR LF.
/// </summary>
internal sealed class NatsTestClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly byte[] _buffer = new byte[64 * 1024];
    private string _heard = "";
    private int _taken;

    private NatsTestClient(Socket socket) => Socket = socket;

    public Socket Socket { get; }

    /// <summary>The JSON of the first INFO.</summary>
    public JsonElement Info { get; private set; }

    /// <summary>Connected; INFO has come, nothing has been said.</summary>
    public static NatsTestClient Dial(NetAddress address)
    {
        var endPoint = Addresses.ToEndPoint(address)!;
        var client = new NatsTestClient(new Socket(endPoint.AddressFamily, SocketType.Stream, address.IsUnix ? ProtocolType.Unspecified : ProtocolType.Tcp)
        {
            ReceiveTimeout = (int)Patience.TotalMilliseconds,
            SendTimeout = (int)Patience.TotalMilliseconds,
        });
        client.Socket.Connect(endPoint);
        client.Info = JsonElement.Parse(client.HearLine()["INFO ".Length..]);
        return client;
    }

    /// <summary>Connected as libraries do it: quiet, with headers and no-responders; <paramref name="options"/> are added to CONNECT.</summary>
    public static NatsTestClient Connect(NetAddress address, string options = "")
    {
        var client = Dial(address);
        client.Say($$"""CONNECT {"verbose":false,"pedantic":false,"headers":true,"no_responders":true,"lang":"test","version":"1"{{(options.Length > 0 ? "," + options : "")}}}""" + "\n");
        client.Settle();
        return client;
    }

    /// <summary>Sends the text with CR LF for each <c>\n</c>.</summary>
    public void Say(string text) => SayBytes(Encoding.Latin1.GetBytes(text.Replace("\n", "\r\n")));

    public void SayBytes(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
            bytes = bytes[Socket.Send(bytes)..];
    }

    /// <summary>Everything that comes before the PONG to a PING said now.</summary>
    public string Sync()
    {
        Say("PING\n");
        return HearUntil("PONG\n");
    }

    /// <summary>Everything on its way to this client, from others as well: an actor in the middle of a turn reads up to eight times before it looks at its mailbox.</summary>
    public string Settle() => string.Concat(Enumerable.Range(0, 9).Select(_ => Sync()));

    public string HearLine() => HearUntil("\n");

    /// <summary>Everything up to this text, without it.</summary>
    public string HearUntil(string end)
    {
        for (; ; )
        {
            var at = _heard.IndexOf(end, _taken, StringComparison.Ordinal);
            if (at >= 0)
            {
                var before = _heard[_taken..at];
                _taken = at + end.Length;
                return before;
            }

            if (!Hear())
                throw new EndOfStreamException($"the stream ended instead of {end}, after {_heard[_taken..]}");
        }
    }

    /// <summary>Everything until the node closes.</summary>
    public string HearToEnd()
    {
        try
        {
            while (Hear())
            {
            }
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            _heard += "RST";
        }

        return _heard[_taken..];
    }

    public void Dispose() => Socket.Dispose();

    private bool Hear()
    {
        var count = Socket.Receive(_buffer);
        (_heard, _taken) = (string.Concat(_heard.AsSpan(_taken), Encoding.Latin1.GetString(_buffer, 0, count)).Replace("\r\n", "\n", StringComparison.Ordinal), 0);
        return count > 0;
    }
}
