using Anode.Messages;

namespace Anode.Cluster;

/// <summary>Settings → Akka's configuration. What the user writes under <c>akka</c> lies over it.</summary>
internal static class ClusterHocon
{
    public const string SystemName = "anode";

    public static string Of(ClusterSettings settings) => $$"""
        akka {
          actor.provider = cluster
          remote {
            log-remote-lifecycle-events = off
            # After a failure an address is not tried for this long, nor answered: Akka's 5 s are longer than the whole way back of a node that was killed.
            retry-gate-closed-for = 200ms
            dot-netty.tcp {
              hostname = "{{settings.Address.Host}}"
              port = {{settings.Address.Port}}
              # Akka's 128 kB is one subscription table; what does not fit is dropped.
              maximum-frame-size = 1000000b
              # Gathers small writes for up to 40 ms. Nothing here is many messages, and a move of an endpoint is six of them in a row.
              batching.enabled = false
            }
          }
          cluster {
            log-info = off
            roles = [{{string.Join(", ", settings.Roles.Select(role => $"\"{role}\""))}}]
            min-nr-of-members = {{settings.MinMembers}}
            # A killed node that comes back is refused once, while its former self is taken off the list: with Akka's 10 s it is Up after 11.8 s.
            retry-unsuccessful-join-after = 500ms
            seed-node-timeout = 2s
            # Nobody is half in: a majority is counted by all members alike.
            allow-weakly-up-members = off
            gossip-interval = 300ms
            leader-actions-interval = 300ms
            unreachable-nodes-reaper-interval = 300ms
            periodic-tasks-initial-delay = 300ms
            down-removal-margin = {{settings.Margin.TotalSeconds}}s
            # The node itself decides how it ends, and with which exit code.
            run-coordinated-shutdown-when-down = off
            failure-detector {
              heartbeat-interval = 300ms
              acceptable-heartbeat-pause = 1500ms
            }
            downing-provider-class = "Akka.Cluster.SBR.SplitBrainResolverProvider, Akka.Cluster"
            split-brain-resolver {
              active-strategy = keep-majority
              stable-after = {{settings.StableAfter.TotalSeconds}}s
              # Akka derives 4 to 5 s, in which a link that flaps takes every node down.
              down-all-when-unstable = 20s
            }
          }
          coordinated-shutdown {
            # By then the node has left, or has been put out: there is nobody to wait for.
            default-phase-timeout = 1s
            phases {
              cluster-leave.timeout = 1s
              cluster-exiting.timeout = 1s
              actor-system-terminate.timeout = 2s
            }
          }
        }
        """;

    /// <summary>As Akka writes the address of a member's system.</summary>
    public static Akka.Actor.Address AddressOf(NetAddress address) => new("akka.tcp", SystemName, address.Host, address.Port);

    public static NetAddress AddressOf(Akka.Actor.Address address) => NetAddress.HostPort(Scheme.Tcp, address.Host ?? "", address.Port ?? 0);
}
