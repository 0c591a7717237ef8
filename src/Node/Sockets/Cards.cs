using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Anode.Sockets;

/// <summary>One of this machine's own IPv4 addresses behind which other machines may be.</summary>
/// <param name="Name">Of the network interface.</param>
/// <param name="Multicasts">It says that it can.</param>
internal readonly record struct Card(string Name, IPAddress Address, bool Multicasts);

/// <summary>This machine's network interfaces, loopback excepted. They come and go.</summary>
internal static class Cards
{
    public static IReadOnlyList<Card> All()
    {
        try
        {
            return [.. NetworkInterface.GetAllNetworkInterfaces()
                .Where(card => card.NetworkInterfaceType != NetworkInterfaceType.Loopback)
                .SelectMany(card => card.GetIPProperties().UnicastAddresses
                    .Where(own => own.Address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(own.Address))
                    .Select(own => new Card(card.Name, own.Address, card.SupportsMulticast)))
                .OrderBy(card => card.Name, StringComparer.Ordinal).ThenBy(card => card.Address.ToString(), StringComparer.Ordinal)];
        }
        catch (NetworkInformationException)
        {
            return []; // one went away while it was being looked at; the next look sees the others
        }
    }

    /// <summary>Joins the group on every card that can; what cannot be joined hears broadcasts only.</summary>
    public static void Join(Socket socket, IPAddress group)
    {
        foreach (var card in All().Where(card => card.Multicasts))
        {
            try
            {
                socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, new MulticastOption(group, card.Address));
            }
            catch (SocketException)
            {
                // A second address of a card that has joined, or a card that has just gone.
            }
        }
    }
}
