package io.github.balsaraft.testing.simulation.checks;

import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.APPLIED_TWICE;
import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.COMMIT_RULE;
import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.DURABILITY;
import static io.github.balsaraft.testing.simulation.checks.Violation.Kind.STATE_MACHINE_SAFETY;

import io.github.balsaraft.api.Command;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.testing.simulation.checks.AppliedCommands.Applied;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What state machines get: what is committed and durable here, all of it, and nothing else (Raft paper 5.3). */
final class ApplyRules {

  private final Group group;
  private final AppliedCommands applied;

  ApplyRules(Group group, AppliedCommands applied) {
    this.group = group;
    this.applied = applied;
  }

  void onApplied(HostId host, int life, Command command, byte[] result) {
    ReplicaModel replica = group.on(host);
    EntryId entry = new EntryId(command.term(), command.index());
    if (replica == null || replica.life != life) {
      throw Found.of(
          STATE_MACHINE_SAFETY,
          host + " (life " + life + ") applies " + entry + " and has not started");
    }
    if (entry.index() > replica.commitIndex) {
      throw Found.of(
          COMMIT_RULE,
          replica,
          "applies " + entry + " and knows only index " + replica.commitIndex + " to be committed");
    }
    if (!group.entries.contains(group.committed.last(), entry)) {
      throw Found.of(
          STATE_MACHINE_SAFETY,
          replica,
          "applies " + entry + " where " + group.entries.at(group.committed.last(), entry.index())
              + " is committed");
    }
    if (!group.entries.contains(replica.stored.last, entry)) {
      throw Found.of(DURABILITY, replica, "applies " + entry + ", but " + replica.stored);
    }
    if (entry.index() <= replica.heldIndex) {
      throw Found.of(
          APPLIED_TWICE,
          replica,
          "applies " + entry + " to a state on disk that is of index " + replica.heldIndex
              + " already");
    }
    long lastOfAll = applied.lastIndex();
    boolean isNew = applied.apply(host, life, command, result);
    Applied here = applied.at(entry.index());
    if (!group.entries.hasContent(entry.term(), entry.index(), here.signature())) {
      throw Found.of(
          STATE_MACHINE_SAFETY,
          replica,
          "applies another content of " + entry + " than is in the logs");
    }
    if (isNew && entry.index() < lastOfAll) {
      throw Found.of(
          STATE_MACHINE_SAFETY,
          replica,
          "applies index " + entry.index() + ", which others have left out that are at index "
              + lastOfAll);
    }
    nothingIsLeftOut(replica, entry.index());
    replica.appliedIndex = entry.index();
  }

  /** A state on disk goes on from the entry that it is of: what is behind it is applied, and nothing else. */
  void onHeld(HostId host, int life, EntryId held) {
    ReplicaModel replica = group.on(host);
    if (replica == null || replica.life != life) {
      throw Found.of(
          STATE_MACHINE_SAFETY,
          host + " (life " + life + ") asks for the state on disk and has not started");
    }
    if (held.index() > 0 && !group.entries.contains(group.committed.last(), held)) {
      throw Found.of(
          STATE_MACHINE_SAFETY,
          replica,
          "has a state on disk of " + held + ", which is not committed: that is "
              + group.committed.last());
    }
    replica.heldIndex = held.index();
    replica.appliedIndex = held.index();
  }

  private void nothingIsLeftOut(ReplicaModel replica, long index) {
    // By the log, and for commands of sessions, of which not each is applied, by what others do.
    long before = Math.max(
        group.entries.lastCommand(group.committed.last(), index - 1), applied.indexBefore(index));
    if (before > replica.appliedIndex) {
      throw Found.of(
          STATE_MACHINE_SAFETY,
          replica,
          "applies index " + index + " after index " + replica.appliedIndex
              + " and leaves out index " + before);
    }
  }

  /**
   * A committed command that nobody has applied, or that one of these hosts has not, for people; null if there is none. The hosts should
   * have caught up.
   */
  @Nullable
  String unapplied(List<HostId> hosts) {
    EntryId end = group.committed.last();
    long last = group.entries.lastCommand(end, end.index());
    for (long index = last; index > 0; index = group.entries.lastCommand(end, index - 1)) {
      if (applied.at(index) == null) {
        return "nobody has applied " + group.entries.at(end, index)
            + ", which is a command, and committed";
      }
    }
    for (HostId host : hosts) {
      ReplicaModel replica = group.on(host);
      long appliedIndex = replica == null ? 0 : replica.appliedIndex;
      if (appliedIndex < last) {
        return host + " has applied what is up to index " + appliedIndex + ", and not "
            + group.entries.at(end, last) + ", which is a command, and committed";
      }
    }
    return null;
  }
}
