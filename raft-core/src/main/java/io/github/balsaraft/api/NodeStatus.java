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
import java.util.OptionalLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One consistent look at a node, taken between two steps of its core. Whoever decides by several of these values, or shows them
 * together with the {@link #explanation}, takes one look and asks it for all of them: two looks may differ.
 *
 * <p>Immutable. Later versions may know more of a node.
 */
public final class NodeStatus {

  /** Nobody else has it, so that it doesn't change any more. */
  private final NodeStatusValues values;

  private NodeStatus(NodeStatusValues values) {
    this.values = values;
  }

  /**
   * Starts building a status: for the runtime, and for tests of applications that put something else in its place. What isn't
   * set is as in a node that isn't born yet.
   */
  public static Builder builder(GroupId group, HostId host, ReplicaId replica) {
    return new Builder(group, host, replica);
  }

  /** Which group. */
  public GroupId group() {
    return values.group;
  }

  /** Which host. */
  public HostId host() {
    return values.host;
  }

  /** This host's replica of the group. */
  public ReplicaId replica() {
    return values.replica;
  }

  /** The cluster; empty before birth. */
  public Optional<ClusterIdentity> cluster() {
    return Optional.ofNullable(values.cluster);
  }

  /** Whether it takes part. */
  public Health health() {
    return values.health;
  }

  /** What is awaited before birth, what is recovered from, or what failed; else empty. */
  public String healthDetail() {
    return values.healthDetail;
  }

  /** What it does at the moment. */
  public Role role() {
    return values.role;
  }

  /** Its term. */
  public long term() {
    return values.term;
  }

  /** Who leads in this term, as far as it knows. */
  public Optional<HostId> leader() {
    return Optional.ofNullable(values.leader);
  }

  /**
   * As a leader that hands its office over, because it was asked to, or because it shall not or can't lead any more: to whom. It
   * proposes nothing meanwhile, for an election timeout at most.
   */
  public Optional<HostId> transferTarget() {
    return Optional.ofNullable(values.transferTarget);
  }

  /** The highest index known to be committed. */
  public long commitIndex() {
    return values.commitIndex;
  }

  /** The highest index that the state machine has applied. */
  public long appliedIndex() {
    return values.appliedIndex;
  }

  /** The highest index that is durable here. */
  public long durableIndex() {
    return values.durableIndex;
  }

  /** The last index of the log here. */
  public long lastIndex() {
    return values.lastIndex;
  }

  /** The latest configuration in the log here, committed or not. */
  public Configuration configuration() {
    return values.configuration;
  }

  /**
   * The index of the committed configuration that removed this replica, as far as it knows; 0 if it wasn't. It takes no part any
   * more and never will again.
   */
  public long removedAt() {
    return values.removedAt;
  }

  /** How writes are made durable. */
  public Durability durability() {
    return values.durability;
  }

  /**
   * How long ago it last heard a leader, or as a leader: a quorum. Empty if never since it started.
   *
   * <p>Counted from the moment at which a message was taken in, whenever it was sent: right after a pause it is small, although
   * what was heard may be old. How old the state may be says {@link #staleness}.
   */
  public Optional<Duration> sinceLeaderContact() {
    return values.sinceLeaderContact;
  }

  /**
   * How old the local state may be, and with it the answers of {@link ReadConsistency#STALE} reads: it holds everything that was
   * committed so long ago, by whatever leader. Empty if nothing is known since this node started; such reads are refused then.
   *
   * <p>An upper bound: pauses of this process, messages that were long under way, and a leader that was deposed without knowing
   * it make it larger, never untrue. It counts from an answer to a leader that sent another round of heartbeats after it, to
   * which a quorum then answered; at a leader, from that round. Only the monotonic clock of this host is used. One assumption is
   * left: that this clock goes on while the process is paused, which those of some systems don't while the machine sleeps.
   *
   * <p>In a healthy group it is up to a heartbeat interval and a round trip at the leader, and two to three heartbeat intervals
   * and a round trip elsewhere.
   */
  public Optional<Duration> staleness() {
    return values.staleness;
  }

  /** Bytes of entries that it has appended as a leader and that are not committed, or not durable here. */
  public long uncommittedBytes() {
    return values.uncommittedBytes;
  }

  /** What was counted since this node started. */
  public Counters counters() {
    return values.counters;
  }

  /** For how long the disk here has finished no write although it has one to do; empty if it has none. */
  public Optional<Duration> sinceDiskProgress() {
    return values.sinceDiskProgress;
  }

  /** For how long the state machine has applied nothing although there is something to apply; empty if there is nothing. */
  public Optional<Duration> sinceApplyProgress() {
    return values.sinceApplyProgress;
  }

  /** The sessions that its state holds. */
  public SessionsStatus sessions() {
    return values.sessions;
  }

  /** How it stands with its snapshots. */
  public SnapshotStatus snapshots() {
    return values.snapshots;
  }

  /** The other members, as seen from here. */
  public List<Peer> peers() {
    return values.peers;
  }

  /**
   * Says in a sentence how this node is: why there is no leader, why a write waits, or that all is well. Names the members
   * concerned. For people; the wording changes between versions.
   */
  public String explanation() {
    return values.explanation.apply(this);
  }

  /** All values by name; for people. */
  @Override
  public String toString() {
    return "NodeStatus[" + values + "]";
  }

  /** Whether the configuration permits leases, so that {@link ReadConsistency#LEASE} can make a difference. */
  public boolean leasesPermitted() {
    return configuration().leaseRules().permitted();
  }

  /** As a leader: whether it holds a lease now, and would answer {@link ReadConsistency#LEASE} reads without asking anybody. */
  public boolean holdsLease() {
    return values.holdsLease;
  }

  /** Whether a node takes part. */
  public enum Health {
    /** Waits for its fellow founders, or for the leader to let it in. */
    BEING_BORN,
    /**
     * Has a log, and lacks the state that it goes on from, because the snapshot of that is damaged or gone: fetches another from the
     * other members, and takes no part until it has one. Its term, last index and configuration are those that it has kept; commit
     * and applied index are 0.
     */
    RECOVERING,
    /** Takes part. */
    RUNNING,
    /** Has stopped taking part; see the detail. */
    FAILED,
    /** Was closed. */
    CLOSED
  }

  /**
   * Counts since the node's start. Of messages dropped or misdirected there may be a few in a healthy group; a number that keeps
   * growing is worth a look. Reads by lease grow with the load, and refused ones mean that there often is no lease.
   *
   * @param leaseReadsGranted reads that this leader's lease answered, without asking anybody; reads that are asked for together
   *     count as one
   * @param leaseReadsRefused reads that asked for a lease where there was none, and went the way of a linearizable read; those
   *     asked for together count as one
   * @param droppedMessages messages for this replica that the protocol doesn't allow, or that came too late to matter
   * @param misdirectedMessages messages for a replica or a group that is not on this host, or from a host that is not in its
   *     cluster; of all groups of the host together
   */
  public record Counters(
      long leaseReadsGranted,
      long leaseReadsRefused,
      long droppedMessages,
      long misdirectedMessages) {

    /** Nothing was counted. */
    public static final Counters NONE = new Counters(0, 0, 0, 0);
  }

  /**
   * Another member, as seen from this node.
   *
   * @param replica which replica
   * @param host on which host
   * @param voter whether it counts in a quorum
   * @param matchIndex as a leader: the highest index known to be durable there; else empty
   * @param presentIndex as a leader: as {@code matchIndex}, or less if it has lost entries since, which it is sent again: see to
   *     its disk; else empty
   * @param sinceContact as a leader: how long ago it last answered, empty if it never has; while this node looks for a
   *     leader: how long it has been silent since the search began; else empty, for followers hear nothing of each other
   * @param connection the state of the way to its host
   */
  public record Peer(
      ReplicaId replica,
      HostId host,
      boolean voter,
      OptionalLong matchIndex,
      OptionalLong presentIndex,
      Optional<Duration> sinceContact,
      PeerConnection connection) {}

  /** Collects what is known of a node; each method sets what the accessor of the same name returns. Not thread-safe. */
  public static final class Builder {
    private final NodeStatusValues values;

    private Builder(GroupId group, HostId host, ReplicaId replica) {
      this.values = new NodeStatusValues(group, host, replica);
    }

    /** See {@link NodeStatus#cluster}; null if there is none yet. */
    public Builder cluster(@Nullable ClusterIdentity value) {
      values.cluster = value;
      return this;
    }

    /** See {@link NodeStatus#health}. */
    public Builder health(Health value) {
      values.health = value;
      return this;
    }

    /** See {@link NodeStatus#healthDetail}. */
    public Builder healthDetail(String value) {
      values.healthDetail = value;
      return this;
    }

    /** See {@link NodeStatus#role}. */
    public Builder role(Role value) {
      values.role = value;
      return this;
    }

    /** See {@link NodeStatus#term}. */
    public Builder term(long value) {
      values.term = value;
      return this;
    }

    /** See {@link NodeStatus#leader}; null if nobody is known to lead. */
    public Builder leader(@Nullable HostId value) {
      values.leader = value;
      return this;
    }

    /** See {@link NodeStatus#transferTarget}; null if leadership is not being handed over. */
    public Builder transferTarget(@Nullable HostId value) {
      values.transferTarget = value;
      return this;
    }

    /** See {@link NodeStatus#commitIndex}. */
    public Builder commitIndex(long value) {
      values.commitIndex = value;
      return this;
    }

    /** See {@link NodeStatus#appliedIndex}. */
    public Builder appliedIndex(long value) {
      values.appliedIndex = value;
      return this;
    }

    /** See {@link NodeStatus#durableIndex}. */
    public Builder durableIndex(long value) {
      values.durableIndex = value;
      return this;
    }

    /** See {@link NodeStatus#lastIndex}. */
    public Builder lastIndex(long value) {
      values.lastIndex = value;
      return this;
    }

    /** See {@link NodeStatus#configuration}. */
    public Builder configuration(Configuration value) {
      values.configuration = value;
      return this;
    }

    /** See {@link NodeStatus#removedAt}. */
    public Builder removedAt(long value) {
      values.removedAt = value;
      return this;
    }

    /** See {@link NodeStatus#durability}. */
    public Builder durability(Durability value) {
      values.durability = value;
      return this;
    }

    /** See {@link NodeStatus#sinceLeaderContact}. */
    public Builder sinceLeaderContact(Optional<Duration> value) {
      values.sinceLeaderContact = value;
      return this;
    }

    /** See {@link NodeStatus#staleness}. */
    public Builder staleness(Optional<Duration> value) {
      values.staleness = value;
      return this;
    }

    /** See {@link NodeStatus#holdsLease}. */
    public Builder holdsLease(boolean value) {
      values.holdsLease = value;
      return this;
    }

    /** See {@link NodeStatus#uncommittedBytes}. */
    public Builder uncommittedBytes(long value) {
      values.uncommittedBytes = value;
      return this;
    }

    /** See {@link NodeStatus#counters}. */
    public Builder counters(Counters value) {
      values.counters = value;
      return this;
    }

    /** See {@link NodeStatus#sinceDiskProgress}. */
    public Builder sinceDiskProgress(Optional<Duration> value) {
      values.sinceDiskProgress = value;
      return this;
    }

    /** See {@link NodeStatus#sinceApplyProgress}. */
    public Builder sinceApplyProgress(Optional<Duration> value) {
      values.sinceApplyProgress = value;
      return this;
    }

    /** See {@link NodeStatus#snapshots}. */
    public Builder snapshots(SnapshotStatus value) {
      values.snapshots = value;
      return this;
    }

    /** See {@link NodeStatus#sessions}. */
    public Builder sessions(SessionsStatus value) {
      values.sessions = value;
      return this;
    }

    /** See {@link NodeStatus#peers}. */
    public Builder peers(List<Peer> others) {
      values.peers = List.copyOf(others);
      return this;
    }

    /** Sets what {@link NodeStatus#explanation} says of the status; it is asked each time, on the thread that wants to know. */
    public Builder explanation(Function<NodeStatus, String> saying) {
      values.explanation = saying;
      return this;
    }

    /** The status. */
    public NodeStatus build() {
      return new NodeStatus(values.copy());
    }
  }
}
