using Anode.Messages;

namespace Anode.Sockets;

/// <summary>The seam between socket and protocol, while there is one: then bytes go through it both ways.</summary>
internal sealed partial class StreamEngine : IStreamSeamHost
{
    private IStreamSeam? _seam;

    IFrameCutter? IStreamSeamHost.Frames => _protocol.Frames;

    long IStreamSeamHost.Allowance => IsOpen ? _protocol.ReadAllowance : 0;

    private bool IsSent => _writer.Idle && _seam is null or { IsSent: true };

    public void Introduce() => RefreshSeam();

    int IStreamSeamHost.Deliver(Slab slab, int offset, int length) => IsOpen ? _protocol.OnBytes(slab, offset, length, out _) : length;

    public void EndStream(ReadOnlySpan<byte> rest)
    {
        if (!IsOpen)
            return;
        _protocol.OnEnd(rest);
        if (_finSent)
            Close(CloseReason.PeerClosed);
    }

    void IStreamSeamHost.Abort(CloseReason reason) => Abort(reason);

    void IStreamSeamHost.PumpReader() => _reader.Pump();

    void IStreamSeamHost.PumpWriter() => _writer.Pump();

    void IStreamSeamHost.Write(Delivery delivery)
    {
        if (_phase is Phase.Lingering or Phase.Ended || _finSent)
            delivery.Release();
        else
            _writer.Enqueue(delivery);
    }

    public void Repost(Delivery delivery)
    {
        if (!_protocol.OnPosted(delivery))
            Enqueue(delivery);
    }

    void IStreamSeamHost.OnSeamSent()
    {
        if (_writer.Idle && _phase != Phase.Ended)
            ((IWriteHost)this).OnWriterIdle();
    }

    void IStreamSeamHost.EndSending()
    {
        if (_phase == Phase.Flushing)
            Linger();
        else if (_finWanted)
            SendFin();
    }

    private void RefreshSeam()
    {
        if (_sockets.Faults is not { } faults || _phase == Phase.Ended || !_opened)
            return;
        if (_seam is null)
            _seam = faults.Of(this);
        else
            _seam.Refresh();
        (_reader.Calls, _writer.Calls) = (_seam?.Calls, _seam?.Calls);
    }

    private void OnSignal(SeamSignal signal)
    {
        if (_phase != Phase.Ended)
            signal.Run();
    }

    private int OnSeam(Slab slab, int offset, int length, out int needed)
    {
        needed = 0;
        _seam!.OnBytes(slab.Buffer.AsSpan(offset, length));
        return length;
    }

    private void EndAtSeam(ReadOnlySpan<byte> rest)
    {
        if (!rest.IsEmpty)
            _seam!.OnBytes(rest);
        _seam!.OnEnd();
    }
}
