package io.github.balsaraft.node;

import io.github.balsaraft.api.Founder;
import io.github.balsaraft.core.CoreView;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.GroupMessage;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.JoinAnswer;
import io.github.balsaraft.model.JoinRequest;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.ReplicaId;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A new replica's side of being let in: asks until it has the place of the replica that its host carried before, or until its host
 * is added. A replica that has been a voter never asks: if it is one no longer, somebody has removed it.
 */
final class JoinSeeker {

  private static final long ASK_EVERY_NANOS = 250_000_000;

  private final ReplicaId self;
  private final HostRuntime host;
  private final GroupId group;
  private final BirthPlan plan;
  private long nextRequestNanos;

  /** What a leader has said; null if none has answered. */
  private @Nullable String answer;

  private Set<HostId> asked = Set.of();

  /** Who leads, as a member has said. */
  private @Nullable HostId namedLeader;

  private boolean done;

  JoinSeeker(ReplicaId self, HostRuntime host, GroupId group, BirthPlan plan) {
    this.self = self;
    this.host = host;
    this.group = group;
    this.plan = plan;
  }

  boolean isDone() {
    return done;
  }

  long deadlineNanos() {
    return done ? Long.MAX_VALUE : nextRequestNanos;
  }

  void step(CoreView core, long nowNanos) {
    done = hasItsPlace(core) || core.removedAt() > 0;
    if (done || nowNanos < nextRequestNanos) {
      return;
    }
    nextRequestNanos = nowNanos + ASK_EVERY_NANOS;
    asked = new TreeSet<>();
    plan.peers().stream().map(Founder::host).forEach(asked::add);
    core.configuration().members().stream().map(Member::host).forEach(asked::add);
    if (namedLeader != null) {
      asked.add(namedLeader);
    }
    asked.remove(host.self());
    JoinRequest request = new JoinRequest(self, host.self(), plan.addressOf(host));
    for (HostId member : asked) {
      host.transport().send(member, List.of(new GroupMessage(group, request)));
    }
  }

  /** Not before it is committed: until then it may be truncated, and somebody must ask again. */
  private boolean hasItsPlace(CoreView core) {
    Configuration configuration = core.configuration();
    return configuration.contains(self)
        && configuration.membersOn(host.self()).size() == 1
        && core.isSettled();
  }

  void onAnswer(JoinAnswer message, GroupPeers peers) {
    if (!message.replica().equals(self)) {
      return;
    }
    HostId leader = message.leader();
    if (message.status() != JoinAnswer.Status.NOT_LEADER) {
      answer = message.detail();
    } else if (leader != null && !leader.equals(namedLeader)) {
      namedLeader = leader;
      peers.setHint(leader, message.leaderAddress());
    }
  }

  String explain() {
    return "a new replica that waits to be let in: "
        + (answer != null
            ? answer
            : asked.isEmpty()
                ? "no leader has answered yet"
                : "no leader has answered yet, asked: "
                    + Wording.list(asked.stream().map(HostId::name).toList())
                    + "; if these have left the group, this host must be started with join and its present members");
  }
}
