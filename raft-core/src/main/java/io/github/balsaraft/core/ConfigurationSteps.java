package io.github.balsaraft.core;

import io.github.balsaraft.core.membership.GroupView;
import io.github.balsaraft.core.progress.Progress;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.ReplicaId;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** How a leader appends configurations, and what it judges changes by. */
final class ConfigurationSteps {

  private final CoreContext context;
  private final Replicator replicator;
  private final Office office;

  ConfigurationSteps(CoreContext context, Replicator replicator, Office office) {
    this.context = context;
    this.replicator = replicator;
    this.office = office;
  }

  /** Whether the configuration in force is certain to stay, and no change of it is under way. */
  boolean isSettled() {
    return context.isSettled() && office.hasCommittedInTerm();
  }

  /** The group as this leader sees it. */
  GroupView view() {
    TreeMap<ReplicaId, GroupView.Standing> members = new TreeMap<>();
    for (Progress progress : replicator.all()) {
      members.put(
          progress.replica(),
          new GroupView.Standing(
              isLive(progress), progress.match(), context.log.lastIndex() - progress.match()));
    }
    return new GroupView(
        context.self,
        true,
        office.hasCommittedInTerm(),
        context.configuration(),
        context.configurations.latestIndex(),
        isSettled(),
        members,
        context.options.leaseBounds());
  }

  private boolean isLive(Progress progress) {
    return progress.contact().isLive(context.nowNanos(), context.options.electionTimeoutMaxNanos());
  }

  /** Appends the first step towards a configuration; returns what is wrong with it instead if it can't be one. */
  @Nullable
  String appendTowards(Configuration target) {
    Configuration next;
    try {
      next = context.configuration().jointTowards(target, context.log.lastIndex() + 1);
    } catch (IllegalArgumentException e) {
      return String.valueOf(e.getMessage());
    }
    append(next);
    return null;
  }

  /** Appends the second step of a joint change. */
  void leaveJoint() {
    append(context.configuration().leaveJoint(context.log.lastIndex() + 1));
  }

  private void append(Configuration next) {
    office.append(Payloads.single(EntryType.CONFIGURATION, next.encode()));
    // In force from here on, before it is committed (Raft paper 6; trap 30).
    replicator.follow(next);
  }
}
