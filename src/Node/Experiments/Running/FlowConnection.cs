using Anode.Cli.Bench.Wire;
using Anode.Messages;
using Anode.Sockets.Client;

namespace Anode.Experiments.Running;

/// <summary>One connection of the load, on the thread that reads it; another may send. Whoever closes it frees both.</summary>
internal sealed class FlowConnection : IDisposable
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(3);

    private readonly BlockingStream _stream;
    private readonly FlowWire _wire;
    private readonly object _sending = new();
    private byte[] _window = new byte[64 * 1024];
    private int _start;
    private int _end;

    private FlowConnection(BlockingStream stream, FlowWire wire) => (_stream, _wire) = (stream, wire);

    /// <summary>Where answers to this connection go.</summary>
    public string Inbox { get; private set; } = "";

    public ReadOnlySpan<byte> Window => _window.AsSpan(_start, _end - _start);

    /// <exception cref="IOException">It did not work; the message is the reason alone.</exception>
    public static FlowConnection Open(NetAddress address, FlowWire wire, string client, string producer)
    {
        var connection = new FlowConnection(BlockingStream.Connect(address, AnswerTimeout), wire);
        try
        {
            connection._stream.SetReceiveTimeout(AnswerTimeout);
            if (wire.Format.GreetsFirst)
                connection.Await(FlowPieceKind.Greeting);
            connection.Send(wire.Hello(client, producer));
            connection.Await(wire.Format.EndOfHandshake == PieceKind.Pong ? FlowPieceKind.Pong : FlowPieceKind.Greeting);
            connection.Inbox = wire.Format.InboxOf(connection.Inbox, client);
            return connection;
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            connection.Dispose();
            throw e is IOException ? e : new IOException("no answer to the handshake", e);
        }
    }

    /// <summary>From here on, waits for what comes may last as long as they like: <see cref="Close"/> ends them.</summary>
    public void ListenOn() => _stream.SetReceiveTimeout(TimeSpan.Zero);

    /// <summary>Returns when the server has taken it into account.</summary>
    public void Subscribe(string filter, string queue)
    {
        Send([.. _wire.Format.Subscribe(1, System.Text.Encoding.UTF8.GetBytes(filter), System.Text.Encoding.UTF8.GetBytes(queue)), .. _wire.Format.Ping]);
        Await(FlowPieceKind.Pong);
    }

    public void SubscribeInbox()
    {
        if (_wire.Format.SubscribeInbox(Inbox) is { Length: > 0 } subscription)
        {
            Send([.. subscription, .. _wire.Format.Ping]);
            Await(FlowPieceKind.Pong);
        }
    }

    /// <summary>One thread at a time; whole messages.</summary>
    public void Send(ReadOnlySpan<byte> bytes)
    {
        lock (_sending)
            _stream.Send(bytes);
    }

    /// <summary>The next piece that is not a ping; its ranges are those of <see cref="Window"/> until it is skipped.</summary>
    /// <exception cref="IOException">The connection ended; the message is the reason.</exception>
    public FlowPiece Next()
    {
        for (; ; )
        {
            var piece = Window.IsEmpty ? default : _wire.Parse(Window);
            switch (piece.Kind)
            {
                case FlowPieceKind.Incomplete:
                    Fill();
                    break;
                case FlowPieceKind.Ping:
                    Send(_wire.Format.Pong(Window));
                    Skip(piece);
                    break;
                case FlowPieceKind.Farewell:
                    throw new IOException($"the server ended it: {piece.Text}");
                default:
                    return piece;
            }
        }
    }

    public void Skip(FlowPiece piece) => _start += piece.Length;

    public void Close() => _stream.Close();

    public void Dispose() => _stream.Dispose();

    private void Await(FlowPieceKind kind)
    {
        for (; ; )
        {
            var piece = Next();
            if (piece.Kind == FlowPieceKind.Greeting && piece.Text.Length > 0)
                Inbox = piece.Text;
            Skip(piece);
            if (piece.Kind == kind)
                return;
        }
    }

    private void Fill()
    {
        if (_start > 0)
        {
            Window.CopyTo(_window);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _window.Length)
            Array.Resize(ref _window, 2 * _window.Length);
        var count = _stream.Receive(_window.AsSpan(_end));
        if (count == 0)
            throw new IOException("the server closed it");
        _end += count;
    }
}
