package io.github.balsaraft.core;

import io.github.balsaraft.core.progress.InstallProgress;
import io.github.balsaraft.core.progress.Progress;
import java.util.Locale;

/** What a replica is and knows, as one line of text. */
final class HarnessStates {

  private HarnessStates() {}

  static String describe(HarnessReplica replica) {
    String log = " log=" + TextTrace.log(replica.disk);
    if (!replica.isUp()) {
      return replica.name + " down" + " term=" + replica.disk.durableHardState().term() + log;
    }
    CoreView core = replica.view();
    StringBuilder line = new StringBuilder(replica.name).append(' ');
    line.append(core.currentRole().name().toLowerCase(Locale.ROOT).replace('_', '-'));
    if (core.leader() != null && !core.leader().equals(replica.id)) {
      line.append(" of ").append(CoreHarness.name(core.leader()));
    }
    line.append(" term=").append(core.hardState().term());
    line.append(" vote=").append(TextTrace.name(core.hardState().votedFor()));
    line.append(" commit=").append(core.commitIndex());
    line.append(log);
    if (core.durableIndex() < core.lastEntry().index()) {
      line.append(" durable=").append(core.durableIndex());
    }
    if (core.isRecovering()) {
      line.append(" damaged=")
          .append(core.damagedEntries().stream().map(DamagedEntry::entry).toList());
    }
    if (core.configurationIndex() > 0) {
      line.append(" configuration=").append(core.configuration());
    }
    return line.toString();
  }

  /** What a leader knows of a follower. */
  static String describe(HarnessReplica leader, HarnessReplica follower) {
    Progress progress = leader.view().progressOf(follower.id);
    if (progress == null) {
      return leader + " knows nothing of " + follower;
    }
    return leader + " knows of " + follower + ": " + progress.mode().name().toLowerCase(Locale.ROOT)
        + " match=" + progress.match() + " next=" + progress.next() + source(progress.install());
  }

  private static String source(InstallProgress install) {
    return install == null
        ? ""
        : " snapshot=" + install.atLeast() + " source=" + TextTrace.name(install.source());
  }
}
