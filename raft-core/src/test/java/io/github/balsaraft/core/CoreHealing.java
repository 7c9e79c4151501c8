package io.github.balsaraft.core;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The second half of a random run: all faults end, and within a bounded time the cluster is one again. */
final class CoreHealing {

  private static final long STEP_NANOS = 50 * CoreHarness.MILLIS;

  /** Time for everything to be one again, in election timeouts. */
  private static final int ELECTION_TIMEOUTS = 15;

  private final CoreHarness harness;
  private final TextTrace trace;

  CoreHealing(CoreHarness harness, TextTrace trace) {
    this.harness = harness;
    this.trace = trace;
  }

  void requireConvergence() {
    trace.note("# everything heals");
    heal();
    requireWithin(ELECTION_TIMEOUTS, "one leader and equal logs", this::isConverged);
    HarnessReplica leader = leader().orElseThrow();
    ProposalResult result = harness.propose(leader, "after all");
    leader.check(
        result instanceof ProposalResult.Appended,
        "a healthy leader refuses a proposal: " + result);
    List<HarnessReplica> members = members(leader.view().configuration());
    members.forEach(harness::read);
    requireWithin(
        2,
        "the last proposal everywhere, and all reads",
        () -> isConverged()
            && members.stream()
                .allMatch(member -> member.reads.isEmpty() && member.transfers.isEmpty()));
    requireWithin(4, "peace from those that were removed", this::isRemovedQuiet);
    leader.check(leader.leads(), "a healthy leader lost its office");
  }

  private void heal() {
    harness.network().healAll();
    harness.replicas().stream().filter(replica -> !replica.isUp()).forEach(harness::start);
    harness.replicas().forEach(this::mendOnlyCopies);
    for (HarnessReplica replica : harness.replicas()) {
      replica.autoDisk = true;
      replica.autoLoads = true;
      replica.autoFetch = true;
      replica.unreadable = false;
      while (replica.disk.pendingWrites() > 0) {
        harness.completeWrite(replica);
      }
      while (!replica.loads.isEmpty()) {
        HarnessReplica.PendingLoad pending = replica.loads.remove(0);
        harness.answerLoad(replica, pending.load(), pending.found());
      }
      while (!replica.fetches.isEmpty()) {
        harness.endFetch(replica, replica.fetches.get(0));
      }
      if (replica.hasState()) {
        harness.snapshot(replica);
      }
      for (HarnessReplica other : harness.replicas()) {
        harness.stepDo(replica, core -> core.writable(other.id, true));
      }
    }
  }

  /** What was damaged everywhere nobody can repair; and what isn't committed may have to wait for a leader. */
  private void mendOnlyCopies(HarnessReplica replica) {
    List<Long> onlyCopies = replica.disk.damaged().stream()
        .filter(index -> !hasCopies(replica, replica.disk.durableAt(index)))
        .toList();
    if (!onlyCopies.isEmpty()) {
      harness.crash(replica, 0);
      onlyCopies.forEach(replica.disk::mend);
      harness.start(replica);
    }
  }

  private boolean hasCopies(HarnessReplica damaged, EntryId entry) {
    return harness.invariants().isCommitted(entry)
        && damaged.view().configuration().members().stream()
            .map(member -> harness.replica(member.replica()).disk)
            .anyMatch(disk -> disk.durableBase().index() >= entry.index()
                || (disk.holds(entry) && !disk.damaged().contains(entry.index())));
  }

  private void requireWithin(
      int electionTimeouts, String what, java.util.function.BooleanSupplier condition) {
    long limit = electionTimeouts * harness.options().electionTimeoutMaxNanos();
    for (long elapsed = 0; !condition.getAsBoolean(); elapsed += STEP_NANOS) {
      if (elapsed > limit) {
        throw new AssertionError("after " + electionTimeouts
            + " election timeouts without faults there is not " + what + ":\n" + describe());
      }
      harness.settle();
      for (HarnessReplica replica : harness.replicas()) {
        harness.pass(replica, STEP_NANOS);
      }
      harness.settle();
      trace.keepLast(200);
    }
  }

  private Optional<HarnessReplica> leader() {
    List<HarnessReplica> leaders =
        harness.replicas().stream().filter(HarnessReplica::leads).toList();
    return leaders.size() == 1 ? Optional.of(leaders.get(0)) : Optional.empty();
  }

  private List<HarnessReplica> members(Configuration configuration) {
    List<HarnessReplica> members = new ArrayList<>();
    for (Member member : configuration.members()) {
      members.add(harness.replica(member.replica()));
    }
    return members;
  }

  private boolean isConverged() {
    HarnessReplica leader = leader().orElse(null);
    if (leader == null
        || leader.view().configuration().isJoint()
        || leader.view().transferTarget() != null
        || !leader.changes.isEmpty()) {
      return false;
    }
    CoreView core = leader.view();
    if (core.commitIndex() != core.lastEntry().index()) {
      return false;
    }
    for (HarnessReplica member : members(core.configuration())) {
      ReplicaId itsLeader = member.view().leader();
      boolean equal = member.applied.equals(leader.applied)
          && member.view().lastEntry().equals(core.lastEntry())
          && member.applied.size() == core.lastEntry().index()
          && !member.view().isRecovering()
          && leader.id.equals(itsLeader);
      if (!equal) {
        return false;
      }
    }
    return true;
  }

  /** Removed replicas were told so, or know nobody who could tell them. */
  private boolean isRemovedQuiet() {
    Configuration current = leader().orElseThrow().view().configuration();
    return harness.replicas().stream()
        .filter(replica -> current.removedAt(replica.id) > 0)
        .filter(this::knowsWhoCanTell)
        .allMatch(replica -> replica.view().removedAt() > 0
            && replica.view().currentRole() == Role.FOLLOWER
            && replica.core().nextDeadlineNanos() == Long.MAX_VALUE);
  }

  private boolean knowsWhoCanTell(HarnessReplica removed) {
    return removed.view().configuration().members().stream()
        .map(member -> harness.replica(member.replica()))
        .anyMatch(asked -> asked != removed && asked.view().committedRemovalOf(removed.id) > 0);
  }

  private String describe() {
    StringBuilder text = new StringBuilder();
    for (HarnessReplica replica : harness.replicas()) {
      text.append(HarnessStates.describe(replica)).append('\n');
    }
    return text.toString();
  }
}
