package io.github.balsaraft.node;

import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.api.SessionsStatus;
import io.github.balsaraft.api.SnapshotStatus;
import io.github.balsaraft.core.CoreView;
import io.github.balsaraft.core.FollowerView;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Puts together what a node says of itself. */
final class StatusReport {

  private StatusReport() {}

  static NodeStatus of(
      HostRuntime host,
      GroupId group,
      ReplicaId self,
      NodeStatus.Health health,
      String detail,
      @Nullable CoreView core,
      @Nullable SnapshotRecovery recovery,
      Freshness freshness,
      ApplyProgress applyProgress,
      long appliedIndex,
      SnapshotStatus snapshots,
      SessionsStatus sessions,
      Duration electionTimeoutMax) {
    NodeStatus.Builder status = NodeStatus.builder(group, host.self(), self)
        .cluster(host.cluster())
        .health(health)
        .healthDetail(detail)
        .durability(host.store().durability())
        .counters(counters(host, core))
        .snapshots(snapshots)
        .sessions(sessions)
        .explanation(look -> Explanation.of(look, electionTimeoutMax));
    if (core != null) {
      add(core, status, health);
      long nowNanos = host.environment().nowNanos();
      status
          .appliedIndex(appliedIndex)
          .sinceLeaderContact(since(freshness.lastContactNanos(), nowNanos))
          .staleness(since(freshness.freshNanos(), nowNanos))
          .sinceDiskProgress(since(core.diskWaitingSinceNanos(), nowNanos))
          .sinceApplyProgress(since(applyProgress.waitingSinceNanos(), nowNanos))
          .peers(peers(host, core, self, nowNanos));
    } else if (recovery != null) {
      add(recovery, status);
      status.peers(peers(host, recovery.configuration(), self));
    }
    return status.build();
  }

  /** What it has kept. What of that is committed, and how much of it was applied, only a core knows. */
  private static void add(SnapshotRecovery recovery, NodeStatus.Builder status) {
    long lastIndex = recovery.log().last().index();
    status
        .term(recovery.log().hardState().term())
        .durableIndex(lastIndex)
        .lastIndex(lastIndex)
        .configuration(recovery.configuration());
  }

  private static NodeStatus.Counters counters(HostRuntime host, @Nullable CoreView core) {
    long misdirected = host.misdirectedMessages();
    return core == null
        ? new NodeStatus.Counters(0, 0, 0, misdirected)
        : new NodeStatus.Counters(
            core.leaseReadsGranted(),
            core.leaseReadsRefused(),
            core.droppedMessages(),
            misdirected);
  }

  private static void add(CoreView core, NodeStatus.Builder status, NodeStatus.Health health) {
    // Who takes no part leads nobody and follows nobody, whatever the core believed last.
    boolean takesPart = health == NodeStatus.Health.RUNNING;
    ReplicaId leader = takesPart ? core.leader() : null;
    ReplicaId target = takesPart ? core.transferTarget() : null;
    status
        .role(takesPart ? core.currentRole() : Role.FOLLOWER)
        .term(core.hardState().term())
        .leader(leader == null ? null : core.configuration().hostOf(leader).orElse(null))
        .transferTarget(
            target == null ? null : core.configuration().hostOf(target).orElse(null))
        .commitIndex(core.commitIndex())
        .durableIndex(core.durableIndex())
        .lastIndex(core.lastEntry().index())
        .configuration(core.configuration())
        .removedAt(core.removedAt())
        .holdsLease(takesPart && core.leaseUntilNanos() >= 0)
        .uncommittedBytes(core.uncommittedBytes());
  }

  /** Of members that no core has asked for anything yet. */
  private static List<NodeStatus.Peer> peers(
      HostRuntime host, Configuration configuration, ReplicaId self) {
    return configuration.members().stream()
        .filter(member -> !member.replica().equals(self))
        .map(member -> new NodeStatus.Peer(
            member.replica(),
            member.host(),
            member.isVoterInAnyHalf(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            Optional.empty(),
            host.transport().connection(member.host())))
        .toList();
  }

  private static List<NodeStatus.Peer> peers(
      HostRuntime host, CoreView core, ReplicaId self, long nowNanos) {
    List<NodeStatus.Peer> peers = new ArrayList<>();
    for (Member member : core.configuration().members()) {
      if (member.replica().equals(self)) {
        continue;
      }
      FollowerView follower = core.follower(member.replica());
      peers.add(new NodeStatus.Peer(
          member.replica(),
          member.host(),
          member.isVoterInAnyHalf(),
          follower == null ? OptionalLong.empty() : OptionalLong.of(follower.match()),
          follower == null ? OptionalLong.empty() : OptionalLong.of(follower.present()),
          sinceContact(core, follower, member, nowNanos),
          host.transport().connection(member.host())));
    }
    return peers;
  }

  private static Optional<Duration> sinceContact(
      CoreView core, @Nullable FollowerView follower, Member member, long nowNanos) {
    if (follower == null) {
      return since(core.silentSinceNanos(member.replica()), nowNanos);
    }
    return follower.everContacted()
        ? since(follower.lastContactNanos(), nowNanos)
        : Optional.empty();
  }

  private static Optional<Duration> since(long thenNanos, long nowNanos) {
    return thenNanos < 0 ? Optional.empty() : Optional.of(sinceNanos(thenNanos, nowNanos));
  }

  private static Duration sinceNanos(long thenNanos, long nowNanos) {
    return Duration.ofNanos(Math.max(0, nowNanos - thenNanos));
  }
}
