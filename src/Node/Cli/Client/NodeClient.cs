using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Threading.Channels;
using Anode.Messages;
using Anode.Protocols.Native.Wire;
using Anode.Sockets.Client;

namespace Anode.Cli.Client;

/// <summary>
/// One conversation with a node in the native protocol. What is sent gathers in a buffer until it is full or
/// <see cref="FlushAsync"/>; what comes stands in a bounded queue, in the order it came.
/// </summary>
/// <remarks>
/// A reader of its own answers PING, so that a command waiting for its user is not taken for dead. A full queue stops that
/// reader, and through TCP the node: a slow terminal costs the node's limit, not this process's memory.
/// </remarks>
internal sealed partial class NodeClient : IAsyncDisposable
{
    private const int BufferBytes = 64 * 1024;
    private const int QueuedMessages = 1024;

    // The largest payload a node can be configured for is 64 MiB; what stands around it is a matter of KiB.
    private const int MaxFrameBytes = 128 * 1024 * 1024;

    // A node holds publishers back while a subscriber catches up, for a fraction of a second. This is another matter.
    private static readonly TimeSpan WriteTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FarewellTimeout = TimeSpan.FromSeconds(1);

    private readonly Stream _stream;
    private readonly FrameReader _frames;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly CancellationTokenSource _ended = new();
    private readonly List<(long Sid, byte[] Filter)> _filters = [];
    private readonly Channel<Incoming> _incoming = Channel.CreateBounded<Incoming>(
        new BoundedChannelOptions(QueuedMessages) { SingleReader = true, SingleWriter = true });

    private byte[] _buffer = new byte[BufferBytes];
    private int _buffered;
    private Task _reading = Task.CompletedTask;
    private volatile CommandFailure? _reason;

    private NodeClient(NetAddress server, Stream stream)
    {
        Server = server;
        _stream = stream;
        _frames = new FrameReader(stream, MaxFrameBytes);
    }

    public NetAddress Server { get; }

    /// <summary>What the node said of itself and of this connection.</summary>
    public Welcome Welcome { get; private set; } = null!;

    /// <summary>Connects and exchanges HELLO and WELCOME.</summary>
    /// <exception cref="IOException">The reason alone, without the address.</exception>
    public static async Task<NodeClient> ConnectAsync(NetAddress server, TlsClient tls, Hello hello, CancellationToken cancellation)
    {
        var client = new NodeClient(server, await StreamClient.ConnectAsync(server, tls, cancellation));
        try
        {
            await client.WriteAsync(FrameWriter.SizeOf(hello), room => FrameWriter.Hello(room.Span, prefix: true, hello), cancellation);
            await client.FlushAsync(cancellation);
            client.Welcome = await client.ReadWelcomeAsync(cancellation);
            client._reading = client.ReadAllAsync(client._ended.Token);
            return client;
        }
        catch
        {
            await client._stream.DisposeAsync();
            throw;
        }
    }

    /// <summary>Publishes; nobody says whether it arrived.</summary>
    public ValueTask PublishAsync(Outgoing message, CancellationToken cancellation) => SendAsync(
        FrameWriter.SizeOfMsg(message.Subject.Length, message.Payload.Length, message.Reply.Length, message.Headers.Length),
        room => FrameWriter.Msg(
            room.Span, prefix: true, message.Subject.Span, message.Payload.Span, reply: message.Reply.Span, headers: message.Headers.Span),
        cancellation);

    /// <summary>Publishes and will be told by a <see cref="Receipt"/> with the same id.</summary>
    public ValueTask PutAsync(ulong id, Outgoing message, CancellationToken cancellation) => SendAsync(
        FrameWriter.SizeOfPut(message.Subject.Length, message.Payload.Length, message.Reply.Length, message.Headers.Length),
        room => FrameWriter.Put(
            room.Span, prefix: true, id, message.Subject.Span, message.Payload.Span, reply: message.Reply.Span, headers: message.Headers.Span),
        cancellation);

    /// <param name="sid">From 1 up.</param>
    /// <param name="filter">A valid filter.</param>
    /// <param name="queue">Of all members of this group, one gets each message; empty for none.</param>
    /// <param name="cancellation">Ends the wait for room to write.</param>
    public ValueTask SubscribeAsync(long sid, string filter, string queue, CancellationToken cancellation)
    {
        var (filterBytes, queueBytes) = (Encoding.UTF8.GetBytes(filter), Encoding.UTF8.GetBytes(queue));
        // With a queue group the node chooses, and says so by TO; only plain subscriptions are matched here.
        if (queueBytes.Length == 0)
        {
            lock (_filters)
                _filters.Add((sid, filterBytes));
        }

        return SendAsync(
            FrameWriter.SizeOfSub(filterBytes.Length, queueBytes.Length),
            room => FrameWriter.Sub(room.Span, prefix: true, sid, filterBytes, queueBytes),
            cancellation);
    }

    /// <summary>Answered by <see cref="Ponged"/>.</summary>
    public ValueTask PingAsync(CancellationToken cancellation) =>
        SendAsync(FrameWriter.SizeOfToken(), room => FrameWriter.Ping(room.Span, prefix: true), cancellation);

    public async ValueTask FlushAsync(CancellationToken cancellation)
    {
        try
        {
            await WriteOutAsync(cancellation);
        }
        catch (IOException e)
        {
            throw await WhyLostAsync(e);
        }
    }

    /// <summary>The next of what came; waits for it.</summary>
    public async ValueTask<Incoming> ReadAsync(CancellationToken cancellation)
    {
        try
        {
            return await _incoming.Reader.ReadAsync(cancellation);
        }
        catch (ChannelClosedException e)
        {
            throw _reason ?? Lost(e.InnerException);
        }
    }

    /// <summary>The next of what came, if something did.</summary>
    public bool TryRead([NotNullWhen(true)] out Incoming? incoming) => _incoming.Reader.TryRead(out incoming);

    /// <summary>Whether what comes next is a message that is there already.</summary>
    public bool HasMore => _incoming.Reader.TryPeek(out var next) && next is Delivered;

    /// <summary>Says BYE if that is possible at once, and closes.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            using var limit = new CancellationTokenSource(FarewellTimeout);
            await WriteAsync(FrameWriter.SizeOfBye("done"), room => FrameWriter.Bye(room.Span, prefix: true, "done"), limit.Token);
            await WriteOutAsync(limit.Token);
        }
        catch (Exception e) when (e is IOException or CommandFailure or OperationCanceledException)
        {
            // A courtesy to the node; one that is gone or hangs does not miss it.
        }

        await _ended.CancelAsync();
        await _stream.DisposeAsync();
        await _reading;
        _ended.Dispose();
        _writing.Dispose();
    }

    private async ValueTask SendAsync(int size, Func<Memory<byte>, int> write, CancellationToken cancellation)
    {
        try
        {
            await WriteAsync(size, write, cancellation);
        }
        catch (IOException e)
        {
            throw await WhyLostAsync(e);
        }
    }

    private async ValueTask WriteAsync(int size, Func<Memory<byte>, int> write, CancellationToken cancellation)
    {
        await _writing.WaitAsync(cancellation);
        try
        {
            if (_buffer.Length - _buffered < size)
                await EmptyBufferAsync(cancellation);
            if (_buffer.Length < size)
                _buffer = new byte[size];
            _buffered += write(_buffer.AsMemory(_buffered));
        }
        finally
        {
            _writing.Release();
        }
    }

    private async ValueTask WriteOutAsync(CancellationToken cancellation)
    {
        await _writing.WaitAsync(cancellation);
        try
        {
            await EmptyBufferAsync(cancellation);
        }
        finally
        {
            _writing.Release();
        }
    }

    private async ValueTask EmptyBufferAsync(CancellationToken cancellation)
    {
        if (_buffered == 0)
            return;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(WriteTimeout);
        try
        {
            await _stream.WriteAsync(_buffer.AsMemory(0, _buffered), limit.Token);
            _buffered = 0;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw CommandFailure.TimedOut($"{Server} has taken nothing for {WriteTimeout.TotalSeconds} s");
        }
    }

    /// <summary>
    /// A write that failed says only that the connection is gone; the node's own reason came before that.
    /// </summary>
    private async Task<CommandFailure> WhyLostAsync(IOException broken)
    {
        try
        {
            await _reading.WaitAsync(FarewellTimeout);
        }
        catch (TimeoutException)
        {
            return Lost(broken);
        }

        return _reason ?? Lost(broken);
    }

    private CommandFailure Lost(Exception? e) =>
        CommandFailure.Failed($"the connection to {Server} was lost: {(e is null ? "the node closed it" : Innermost(e).Message)}");

    /// <summary>The stream's own message only repeats that it could not read or write.</summary>
    private static Exception Innermost(Exception e) => e.InnerException ?? e;
}
