using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Anode.Protocols.Native.Wire;

namespace Anode.Tests.Cli.Bench;

/// <summary>What becomes of message number 10 (of all that come after the 50th, for <see cref="LosesTheRest"/>).</summary>
public enum Fault
{
    None = 0,
    LosesOne = 1,
    RepeatsOne = 2,
    SwapsTwo = 3,
    AddsAForeignOne = 4,
    LosesTheRest = 5,
    HangsUp = 6,
    Refuses = 7,
}

/// <summary>
/// A server by hand for one publisher and one subscriber, native or NATS, that treats one message badly. What it delivers it writes in pieces
/// of 13 bytes, as any legal server may.
/// </summary>
internal sealed class FaultyServer : IDisposable
{
    private const int Piece = 13;

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly bool _nats;
    private readonly Fault _fault;
    private readonly Lock _gate = new();
    private readonly List<Socket> _sockets = [];
    private Peer? _subscriber;
    private string _sid = "";
    private byte[]? _held;
    private int _messages;

    public FaultyServer(bool nats, Fault fault)
    {
        (_nats, _fault) = (nats, fault);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        new Thread(Accept) { IsBackground = true }.Start();
    }

    public string Uri => string.Create(CultureInfo.InvariantCulture, $"tcp://127.0.0.1:{((IPEndPoint)_listener.LocalEndPoint!).Port}?protocol={(_nats ? "nats" : "native")}");

    public void Dispose()
    {
        _listener.Dispose();
        lock (_gate)
            _sockets.ForEach(socket => socket.Dispose());
    }

    private void Accept()
    {
        try
        {
            for (; ; )
            {
                var socket = _listener.Accept();
                socket.NoDelay = true;
                lock (_gate)
                    _sockets.Add(socket);
                new Thread(() => Serve(socket)) { IsBackground = true }.Start();
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // the test is over
        }
    }

    private void Serve(Socket socket)
    {
        try
        {
            using var reader = new BufferedStream(new NetworkStream(socket), 64 * 1024);
            if (_nats)
                ServeNats(reader, new Peer(socket));
            else
                ServeNative(reader, new Peer(socket));
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // likewise
        }
    }

    private void ServeNats(BufferedStream reader, Peer peer)
    {
        peer.Write(Encoding.ASCII.GetBytes("INFO {\"server_id\":\"x\",\"headers\":true,\"max_payload\":1048576}\r\n"));
        while (ReadLine(reader) is { } line)
        {
            var words = line.Split(' ');
            switch (words[0])
            {
                case "PING":
                    peer.Write("PONG\r\n"u8);
                    break;
                case "SUB":
                    (_subscriber, _sid) = (peer, words[^1]);
                    break;
                case "PUB":
                    var payload = new byte[int.Parse(words[^1], CultureInfo.InvariantCulture) + 2];
                    reader.ReadExactly(payload);
                    OnMessage(NatsMessage(words[1], payload.AsSpan(..^2)), () => NatsMessage(words[1], new byte[payload.Length - 2]), peer);
                    break;
            }
        }
    }

    private void ServeNative(BufferedStream reader, Peer peer)
    {
        var head = new byte[4];
        while (reader.ReadAtLeast(head, 4, throwOnEndOfStream: false) == 4)
        {
            var body = new byte[System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(head)];
            reader.ReadExactly(body);
            switch ((Kind)body[1])
            {
                case Kind.Hello:
                    var welcome = new Welcome { Node = "faulty", Connection = "1", Inbox = "_inbox.faulty.1" };
                    var room = new byte[FrameWriter.SizeOf(welcome)];
                    peer.Write(room.AsSpan(0, FrameWriter.Welcome(room, prefix: true, welcome)));
                    break;
                case Kind.Sub:
                    _subscriber = peer;
                    break;
                case Kind.Ping:
                    peer.Write([0, 0, 0, 2, 0x91, (byte)Kind.Pong]);
                    break;
                case Kind.Msg:
                    byte[] frame = [.. head, .. body];
                    OnMessage(frame, () => [.. frame[..^16], .. new byte[16]], peer);
                    break;
            }
        }
    }

    private void OnMessage(byte[] message, Func<byte[]> foreign, Peer publisher)
    {
        var isTheOne = _messages++ == 10;
        switch (_fault)
        {
            case Fault.LosesOne when isTheOne:
            case Fault.LosesTheRest when _messages > 50:
                return;
            case Fault.RepeatsOne when isTheOne:
                Deliver(message);
                break;
            case Fault.SwapsTwo when isTheOne:
                _held = message;
                return;
            case Fault.AddsAForeignOne when isTheOne:
                Deliver(foreign());
                break;
            case Fault.HangsUp when isTheOne:
                publisher.End(SocketShutdown.Both);
                return;
            case Fault.Refuses when isTheOne:
                publisher.Write(_nats ? "-ERR 'Maximum Payload Violation'\r\n"u8.ToArray() : Refusal());
                publisher.End(SocketShutdown.Send);
                return;
        }

        Deliver(message);
        if (_held is { } late)
            Deliver(late);
        _held = null;
    }

    private void Deliver(ReadOnlySpan<byte> message)
    {
        for (; message.Length > 0; message = message[Math.Min(Piece, message.Length)..])
            _subscriber!.Write(message[..Math.Min(Piece, message.Length)]);
    }

    private byte[] NatsMessage(string subject, ReadOnlySpan<byte> payload) =>
        [.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"MSG {subject} {_sid} {payload.Length}\r\n")), .. payload, .. "\r\n"u8];

    private static byte[] Refusal()
    {
        var room = new byte[FrameWriter.SizeOfErr("slow-consumer", "too slow")];
        return room[..FrameWriter.Err(room, prefix: true, "slow-consumer", "too slow")];
    }

    private static string? ReadLine(Stream stream)
    {
        var line = new StringBuilder();
        for (int next; (next = stream.ReadByte()) >= 0;)
        {
            if (next == '\n')
                return line.ToString().TrimEnd('\r');
            line.Append((char)next);
        }

        return null;
    }

    /// <summary>A subscriber is written to by the publisher's thread and by its own.</summary>
    private sealed class Peer(Socket socket)
    {
        private readonly Lock _gate = new();

        public void Write(ReadOnlySpan<byte> bytes)
        {
            lock (_gate)
                socket.Send(bytes);
        }

        public void End(SocketShutdown how) => socket.Shutdown(how);
    }
}
