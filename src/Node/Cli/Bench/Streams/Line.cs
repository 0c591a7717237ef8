using Anode.Cli.Bench.Wire;
using Anode.Messages;
using Anode.Sockets.Client;

namespace Anode.Cli.Bench.Streams;

/// <summary>One connection of a load, from connect to close, with the bytes that came and are not yet used.</summary>
internal sealed class Line : IDisposable
{
    /// <summary>Of each step of a handshake. Servers answer in a millisecond; this is for one that hangs.</summary>
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Large enough for what a server writes at once; 64 to 512 KiB cost the same for each message.</summary>
    private const int WindowBytes = 256 * 1024;

    private readonly BlockingStream _stream;
    private readonly Target _target;
    private byte[] _window;
    private int _start;
    private int _end;

    private Line(Target target, BlockingStream stream, int windowBytes) => (_target, _stream, _window) = (target, stream, new byte[windowBytes]);

    public WireFormat Format => _target.Format;

    /// <summary>What the server said of this connection: the native inbox.</summary>
    public string Greeting { get; private set; } = "";

    public ReadOnlySpan<byte> Window => _window.AsSpan(_start, _end - _start);

    public bool HasNews => _stream.Available > 0;

    /// <summary>Connects and shakes hands.</summary>
    public static Line Open(Target target, Role role, int windowBytes = WindowBytes)
    {
        BlockingStream stream;
        try
        {
            stream = BlockingStream.Connect(target.Address, AnswerTimeout);
        }
        catch (IOException e)
        {
            throw CommandFailure.Failed($"cannot connect to {target.Address}: {e.Message}");
        }

        var line = new Line(target, stream, windowBytes);
        try
        {
            line.ShakeHands(role);
            return line;
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            line.Dispose();
            var reason = e is IOException ? e.Message : $"no answer within {Figures.Seconds(AnswerTimeout)}";
            throw CommandFailure.Failed($"{target.Address} does not speak {target.Format.Name}: {reason}");
        }
        catch
        {
            line.Dispose();
            throw;
        }
    }

    /// <summary>Returns when the server has taken it into account.</summary>
    public void Subscribe(byte[] subscription)
    {
        if (!Format.HasSessions || subscription.Length == 0)
            return;
        Send([.. subscription, .. Format.Ping]);
        Await(PieceKind.Pong, "SUB");
    }

    public void Send(ReadOnlySpan<byte> bytes) => _stream.Send(bytes);

    /// <summary>Waits for more bytes; false at the end of the stream.</summary>
    public bool Fill()
    {
        if (_window.Length - _end < _window.Length / 2)
            MakeRoom();
        var count = _stream.Receive(_window.AsSpan(_end));
        _end += count;
        return count > 0;
    }

    /// <summary>These bytes of the window have been used.</summary>
    public void Skip(int bytes) => _start += bytes;

    /// <summary>The next piece, waited for; its ranges are those of <see cref="Window"/> until it is skipped.</summary>
    public Piece Next()
    {
        for (; ; )
        {
            var piece = Window.IsEmpty ? Piece.Incomplete : Format.Parse(Window);
            if (piece.Kind != PieceKind.Incomplete)
                return piece;
            if (!Fill())
                throw new IOException("the server closed the connection");
        }
    }

    /// <summary>Pings, refusals and what is of no use; true if that is what the piece was.</summary>
    public bool TakeControl(Piece piece)
    {
        switch (piece.Kind)
        {
            case PieceKind.Message or PieceKind.Pong:
                return false;
            case PieceKind.Ping:
                Send(Format.Pong(Window));
                break;
            case PieceKind.Refusal:
                throw CommandFailure.Failed($"{_target.Address} refused: {Rendering.Visible.Of(piece.Text)}");
        }

        Skip(piece.Length);
        return true;
    }

    public void SetReceiveTimeout(TimeSpan timeout) => _stream.SetReceiveTimeout(timeout);

    /// <summary>The server reads the end of the stream behind everything sent.</summary>
    public void EndSending() => _stream.EndSending();

    /// <summary>Frees the threads that wait for it.</summary>
    public void Close() => _stream.Close();

    /// <summary>For those who open thousands: leaves no port behind.</summary>
    public void Reset() => _stream.Reset();

    public void Dispose() => _stream.Dispose();

    private void ShakeHands(Role role)
    {
        // In NATS the server speaks in clear first, and TLS comes behind that.
        if (!Format.GreetsFirst)
            Secure();
        _stream.SetReceiveTimeout(AnswerTimeout);
        if (Format.GreetsFirst)
        {
            Await(PieceKind.Greeting, "a connection");
            Secure();
            _stream.SetReceiveTimeout(AnswerTimeout);
        }

        Send(Format.Hello(role, _target.Credentials));
        if (Format.HasSessions)
            Await(Format.EndOfHandshake, "the handshake");
        _stream.SetReceiveTimeout(TimeSpan.Zero);
    }

    private void Secure()
    {
        if (_target.Address.Scheme == Scheme.Tls)
            _stream.Secure(_target.Tls, _target.Address.Host, AnswerTimeout);
    }

    private void Await(PieceKind kind, string question)
    {
        for (; ; )
        {
            var piece = Next();
            if (piece.Kind == PieceKind.Greeting && piece.Text.Length > 0)
                Greeting = piece.Text;
            if (piece.Kind == kind)
            {
                Skip(piece.Length);
                return;
            }

            if (!TakeControl(piece))
                throw new IOException($"a message came as the answer to {question}");
        }
    }

    /// <summary>What is left moves to the front; if that is half the window or more, its message needs a larger one.</summary>
    private void MakeRoom()
    {
        var rest = Window;
        var room = rest.Length < _window.Length / 2 ? _window : new byte[2 * _window.Length];
        rest.CopyTo(room);
        _window = room;
        (_start, _end) = (0, rest.Length);
    }
}
