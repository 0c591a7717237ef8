using System.Net.Sockets;
using Anode.Messages;
using Anode.Sockets;

namespace Anode.Tests.Nats.Differential;

/// <summary>One connection to one server: says bytes, collects what comes back.</summary>
internal sealed class Exchange : IDisposable
{
    private const int PatienceMs = 20_000;

    private readonly Socket _socket;
    private readonly MemoryStream _heard = new();
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _pongs;

    public Exchange(NetAddress address)
    {
        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true, // each piece leaves by itself
            ReceiveTimeout = PatienceMs,
            SendTimeout = PatienceMs,
        };
        _socket.Connect(Addresses.ToEndPoint(address)!);
    }

    /// <summary>All that a server answers to these pieces and the end of the stream behind them.</summary>
    public static List<Frame> Of(NetAddress address, IEnumerable<byte[]> pieces)
    {
        using var exchange = new Exchange(address);
        foreach (var piece in pieces)
        {
            if (!exchange.Say(piece))
                break;
        }

        exchange.EndOfStream();
        while (exchange.Hear())
        {
        }

        return exchange.Frames;
    }

    public List<Frame> Frames => Frame.All(_heard.GetBuffer().AsSpan(0, (int)_heard.Length));

    /// <summary>False: the server has closed.</summary>
    public bool Say(ReadOnlySpan<byte> bytes)
    {
        try
        {
            while (bytes.Length > 0)
                bytes = bytes[_socket.Send(bytes)..];
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown or SocketError.ConnectionAborted)
        {
            return false;
        }
    }

    /// <summary>Says it with a PING behind it and waits for the PONG: all of it has been applied. False: the server has closed.</summary>
    public bool Settle(ReadOnlySpan<byte> bytes)
    {
        _pongs++;
        if (!Say([.. bytes, .. "PING\r\n"u8]))
            return false;
        while (Frames.Count(frame => frame.Line == "PONG") < _pongs)
        {
            if (!Hear())
                return false;
        }

        return true;
    }

    public void Dispose()
    {
        _socket.Dispose();
        _heard.Dispose();
    }

    private void EndOfStream()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // it has closed already; what it said before is still there to be read
        }
    }

    private bool Hear()
    {
        try
        {
            var count = _socket.Receive(_buffer);
            _heard.Write(_buffer, 0, count);
            return count > 0;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset)
        {
            return false;
        }
    }
}
