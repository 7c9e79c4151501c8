package io.github.balsaraft.testing.simulation.checks;

import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.SNAPSHOT;

import io.github.balsaraft.model.HostId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What state machines are restored from: what somebody has captured after the same commands, to the byte. Replicas may write one
 * state in different ways, so there may be several.
 */
final class SnapshotRules {

  private final Group group;
  private final AppliedCommands applied;

  /** By the last command before it. Asked for by key and never gone through, so that its order doesn't matter. */
  private final Map<Long, Set<Long>> captured = new HashMap<>();

  SnapshotRules(Group group, AppliedCommands applied) {
    this.group = group;
    this.applied = applied;
  }

  void captured(long index, long contentChecksum) {
    captured
        .computeIfAbsent(applied.lastUpTo(index), before -> new HashSet<>())
        .add(contentChecksum);
  }

  void restored(HostId host, int life, long index, long contentChecksum) {
    String what = host + " (life " + life + ") is restored from a snapshot up to index " + index;
    if (index > group.committed.last().index()) {
      throw Found.of(SNAPSHOT, what + ", and committed is what is up to " + group.committed.last());
    }
    Set<Long> known = captured.get(applied.lastUpTo(index));
    if (known == null || !known.contains(contentChecksum)) {
      throw Found.of(SNAPSHOT, what + ", which is not what anybody has captured there");
    }
    ReplicaModel replica = group.on(host);
    if (replica != null && replica.life == life && index < replica.appliedIndex) {
      throw Found.of(
          SNAPSHOT, what + ", and holds what is up to index " + replica.appliedIndex + " already");
    }
    if (replica != null && replica.life == life) {
      replica.appliedIndex = index;
    }
  }
}
