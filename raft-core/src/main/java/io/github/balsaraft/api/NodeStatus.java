package io.github.balsaraft.api;

import io.github.balsaraft.model.ClusterIdentity;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.storage.LogStore.Durability;
import io.github.balsaraft.transport.PeerConnection;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One consistent look at a node, taken between two steps of its core.
 *
 * @param group which group
 * @param host which host
 * @param replica this host's replica of the group
 * @param cluster the cluster, or null before birth
 * @param health whether it takes part
 * @param healthDetail what is awaited before birth, or what failed; else empty
 * @param role what it does at the moment
 * @param term its term
 * @param leader who leads in this term as far as it knows, or null
 * @param commitIndex the highest index known to be committed
 * @param appliedIndex the highest index that the state machine has applied
 * @param durableIndex the highest index that is durable here
 * @param lastIndex the last index of the log here
 * @param configuration the latest configuration in the log here, committed or not
 * @param durability how writes are made durable
 * @param sinceLeaderContact how long ago it last knew itself in touch with a leader (as a leader: with a quorum); empty if
 *     never since it started
 * @param staleness how old the local state may be, and with it the answers of {@link ReadConsistency#STALE} reads: it holds
 *     everything that was committed so long ago. A leader that has been deposed without knowing it yet may make it too
 *     small by as much as an election timeout. Empty if nothing is known since this node started; such reads are refused then
 * @param uncommittedBytes bytes of entries that it has appended as a leader and that are not committed
 * @param peers the other members, as seen from here
 */
public record NodeStatus(
    GroupId group,
    HostId host,
    ReplicaId replica,
    @Nullable ClusterIdentity cluster,
    Health health,
    String healthDetail,
    Role role,
    long term,
    @Nullable HostId leader,
    long commitIndex,
    long appliedIndex,
    long durableIndex,
    long lastIndex,
    Configuration configuration,
    Durability durability,
    Optional<Duration> sinceLeaderContact,
    Optional<Duration> staleness,
    long uncommittedBytes,
    List<Peer> peers) {

  public NodeStatus {
    peers = List.copyOf(peers);
  }

  /** Whether a node takes part. */
  public enum Health {
    /** Waits for its fellow founders, or for the leader to let it in. */
    BEING_BORN,
    /** Takes part. */
    RUNNING,
    /** Has stopped taking part; see the detail. */
    FAILED,
    /** Was closed. */
    CLOSED
  }

  /**
   * Another member, as seen from this node.
   *
   * @param replica which replica
   * @param host on which host
   * @param voter whether it counts in a quorum
   * @param matchIndex as a leader: the highest index known to be durable there; else 0
   * @param sinceContact as a leader: how long ago it last answered, empty if it never has; while this node looks for a
   *     leader: how long it has been silent since the search began; else empty, for followers hear nothing of each other
   * @param connection the state of the way to its host
   */
  public record Peer(
      ReplicaId replica,
      HostId host,
      boolean voter,
      long matchIndex,
      Optional<Duration> sinceContact,
      PeerConnection connection) {}
}
