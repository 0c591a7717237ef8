using Anode.Messages;
using Anode.Sockets;

namespace Anode.Hosting.Configuration;

/// <summary>Reads the files of every endpoint that needs them, so that what is wrong with one is said before the node begins, and by its key.</summary>
internal static class TlsChecks
{
    private const string NodeKey = "node.security.tls";

    public static void Refuse(NodeOptions options, Fields<NodeOptions> fields)
    {
        var node = options.Security.Tls;
        for (var i = 0; i < options.Listeners.Count; i++)
        {
            if (options.Listeners[i] is { Address.Scheme: Scheme.Tls } listener)
                Check(fields, "listeners", i, listener.Tls.Over(node), listener.Tls.Files, listens: true);
        }

        for (var i = 0; i < options.Dialers.Count; i++)
        {
            if (options.Dialers[i] is { Address.Scheme: Scheme.Tls } dialer)
                Check(fields, "dialers", i, dialer.Tls.Over(node, dialer.Address.Host), dialer.Tls.Files, listens: false);
        }

        for (var i = 0; i < options.Peers.Count; i++)
        {
            if (options.Peers[i] is { Address.Scheme: Scheme.Tls } peer)
                Check(fields, "peers", i, peer.Tls.Over(node, peer.Address.Host), peer.Tls.Files, listens: false);
        }
    }

    private static void Check(Fields<NodeOptions> fields, string list, int item, TlsSettings settings, TlsFileOptions own, bool listens)
    {
        if (settings.Certificate.Length == 0 && settings.Key.Length > 0)
        {
            fields.Require(false, list, $"{KeyOf(list, own.Key.Length > 0, "key")} = '{settings.Key}' has no certificate beside it: give {KeyOf(list, own.Key.Length > 0, "certificate")}", item);
            return;
        }

        try
        {
            TlsTerms.Load(settings, listens);
        }
        catch (TlsFileException e)
        {
            var ownIt = e.Setting == "authorities" ? own.Authorities.Length > 0 : own.Certificate.Length > 0;
            var hint = settings.Certificate.Length == 0 && listens ? $" give {NodeKey}.certificate and {NodeKey}.key, or tls.certificate and tls.key of this listener" : "";
            fields.Require(false, list, $"{KeyOf(list, ownIt, e.Setting)}: {e.Message}{(hint.Length > 0 ? ":" : "")}{hint}", item);
        }
    }

    private static string KeyOf(string list, bool own, string setting) => own ? $"tls.{setting} of one of node.{list}" : $"{NodeKey}.{setting}";
}
