package io.github.balsaraft.api;

import io.github.balsaraft.model.ClusterIdentity;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.storage.LogStore.Durability;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The values that a {@link NodeStatus.Builder} collects and a {@link NodeStatus} shows, each under the name that it has there. As
 * long as nobody sets one they are those of a node that isn't born yet.
 *
 * <p>A new value has its place in the field, in {@link #copy} and in {@link #toString}, all of them here.
 */
final class NodeStatusValues {

  final GroupId group;
  final HostId host;
  final ReplicaId replica;

  @Nullable
  ClusterIdentity cluster;

  NodeStatus.Health health = NodeStatus.Health.BEING_BORN;
  String healthDetail = "";
  Role role = Role.FOLLOWER;
  long term;

  @Nullable
  HostId leader;

  @Nullable
  HostId transferTarget;

  long commitIndex;
  long appliedIndex;
  long durableIndex;
  long lastIndex;
  Configuration configuration = Configuration.EMPTY;
  long removedAt;
  Durability durability = Durability.SYNCED;
  Optional<Duration> sinceLeaderContact = Optional.empty();
  Optional<Duration> staleness = Optional.empty();
  boolean holdsLease;
  long uncommittedBytes;
  NodeStatus.Counters counters = NodeStatus.Counters.NONE;
  Optional<Duration> sinceDiskProgress = Optional.empty();
  Optional<Duration> sinceApplyProgress = Optional.empty();
  SnapshotStatus snapshots = SnapshotStatus.NONE;
  SessionsStatus sessions = new SessionsStatus(0, 0, 0, 0);
  List<NodeStatus.Peer> peers = List.of();
  Function<NodeStatus, String> explanation = status -> "";

  NodeStatusValues(GroupId group, HostId host, ReplicaId replica) {
    this.group = group;
    this.host = host;
    this.replica = replica;
  }

  /** The same values, which stay as they are now. */
  NodeStatusValues copy() {
    NodeStatusValues copy = new NodeStatusValues(group, host, replica);
    copy.cluster = cluster;
    copy.health = health;
    copy.healthDetail = healthDetail;
    copy.role = role;
    copy.term = term;
    copy.leader = leader;
    copy.transferTarget = transferTarget;
    copy.commitIndex = commitIndex;
    copy.appliedIndex = appliedIndex;
    copy.durableIndex = durableIndex;
    copy.lastIndex = lastIndex;
    copy.configuration = configuration;
    copy.removedAt = removedAt;
    copy.durability = durability;
    copy.sinceLeaderContact = sinceLeaderContact;
    copy.staleness = staleness;
    copy.holdsLease = holdsLease;
    copy.uncommittedBytes = uncommittedBytes;
    copy.counters = counters;
    copy.sinceDiskProgress = sinceDiskProgress;
    copy.sinceApplyProgress = sinceApplyProgress;
    copy.snapshots = snapshots;
    copy.sessions = sessions;
    copy.peers = peers;
    copy.explanation = explanation;
    return copy;
  }

  /** All of them by name, but for the explanation, which needs the status; for people. */
  @Override
  public String toString() {
    return "group=" + group + ", host=" + host + ", replica=" + replica
        + ", cluster=" + cluster
        + ", health=" + health
        + ", healthDetail=" + healthDetail
        + ", role=" + role
        + ", term=" + term
        + ", leader=" + leader
        + ", transferTarget=" + transferTarget
        + ", commitIndex=" + commitIndex
        + ", appliedIndex=" + appliedIndex
        + ", durableIndex=" + durableIndex
        + ", lastIndex=" + lastIndex
        + ", configuration=" + configuration
        + ", leasesPermitted=" + configuration.leaseRules().permitted()
        + ", holdsLease=" + holdsLease
        + ", removedAt=" + removedAt
        + ", durability=" + durability
        + ", sinceLeaderContact=" + sinceLeaderContact.map(Duration::toString).orElse("unknown")
        + ", staleness=" + staleness.map(Duration::toString).orElse("unknown")
        + ", uncommittedBytes=" + uncommittedBytes
        + ", counters=" + counters
        + ", sinceDiskProgress="
        + sinceDiskProgress.map(Duration::toString).orElse("nothing to write")
        + ", sinceApplyProgress="
        + sinceApplyProgress.map(Duration::toString).orElse("nothing to apply")
        + ", snapshots=" + snapshots
        + ", sessions=" + sessions
        + ", peers=" + peers;
  }
}
