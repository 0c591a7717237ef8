using System.Net;
using System.Text;
using Anode.Messages;
using Anode.Protocols.Relay;
using Anode.Routing;
using Anode.Sockets;

namespace Anode.Protocols.Lines;

/// <summary>
/// Lines over datagrams: one datagram is one line. Where the endpoint subscribes, each address that has sent something becomes a session and
/// gets the messages; otherwise the line is published and forgotten.
/// </summary>
internal sealed class LinesDatagrams : IDatagramProtocol
{
    private readonly RelayCore _core;
    private readonly LinesSettings _settings;
    private readonly string _endpoint;
    private readonly Fanout _fanout;
    private EndPoint? _lastFrom;
    private byte[] _lastSubject = [];

    public LinesDatagrams(RelayCore core, LinesSettings settings, string endpoint, SlabPool pool)
    {
        (_core, _settings, _endpoint) = (core, settings, endpoint);
        _fanout = new Fanout(core, null, bytes => pool.TryRent(bytes, null));
    }

    public void OnDatagram(IDatagramHost host, Slab slab, ReceivedDatagram datagram)
    {
        if (_settings.Subscribe.Length > 0 && host.OpenSession(datagram.From, new LinesClient(_core, _settings), slab, datagram))
            return;
        if (datagram.Truncated || datagram.Length > _core.Limits.LineBytes || _settings.Publish.Length == 0)
        {
            host.Counters.CountDropped(1);
            return;
        }

        var message = new Publication
        {
            Subject = SubjectFor(host, datagram.From),
            Payload = slab.Buffer.AsSpan(datagram.Offset, datagram.Length).TrimEnd("\r\n"u8),
        };
        if (!Subject.IsSubject(message.Subject))
        {
            host.Counters.CountDropped(1);
            return;
        }

        host.Counters.CountMessagesIn(1);
        _fanout.Publish(ref message);
    }

    public void OnBatchEnd() => _fanout.EndTurn();

    /// <summary>The last one is kept, since datagrams of one sender come in runs.</summary>
    private byte[] SubjectFor(IDatagramHost host, EndPoint from)
    {
        if (EndPointComparer.Instance.Equals(from, _lastFrom))
            return _lastSubject;
        var scheme = host.Local?.Scheme ?? Scheme.Udp;
        var remote = PeerAddresses.IsUnnamed(from) ? NetAddress.UnixPath(scheme, "") : Addresses.ToAddress(from, scheme);
        _lastSubject = Encoding.UTF8.GetBytes(LinesSubject.Fill(_settings.Publish, _endpoint, 0, remote));
        _lastFrom = from;
        return _lastSubject;
    }
}
