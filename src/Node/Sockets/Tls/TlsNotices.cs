using Akka.Actor;
using Akka.Event;
using Anode.Messages;

namespace Anode.Sockets;

/// <summary>Says what operators must know of an endpoint's TLS: files that are no use, dates that have passed, checks that are off.</summary>
internal static class TlsNotices
{
    /// <param name="keeper">Whose files were read.</param>
    /// <param name="trouble">What was wrong with them; null: nothing.</param>
    /// <param name="endpoint">Its name.</param>
    /// <param name="actor">Who read them.</param>
    public static void OnLoaded(TlsKeeper keeper, string? trouble, string endpoint, IActorContext actor)
    {
        if (trouble is not null)
            Say("tls-files-refused", keeper.Terms is null ? trouble : $"{trouble}. What was read before stays in use");
        if (keeper.Terms?.WhyOutdated is { } outdated)
            Say("tls-certificate-outdated", outdated);
        if (keeper.Terms is { Insecure: true })
            Say("tls-insecure", "tls.insecure is on: whoever answers is taken for the peer, its certificate is not checked");

        void Say(string kind, string text)
        {
            actor.GetLogger().Warning("{0}: {1}", endpoint, text);
            actor.System.EventStream.Publish(new NodeEvent(kind, endpoint, actor.Self.Path.Name, text));
        }
    }
}
