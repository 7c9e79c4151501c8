package io.github.balsaraft.core;

import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.InstallSnapshot;
import io.github.balsaraft.model.InstallSnapshotResponse;
import io.github.balsaraft.model.InstallStatus;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.model.SnapshotHeader;
import org.jspecify.annotations.Nullable;

/**
 * How a replica takes over a snapshot (Raft paper 7). The runtime fetches it, verifies it and makes it durable; only then the
 * core hears of it, and decides at that moment, as one ordered step, whether it takes the place of the log.
 *
 * <p>Everything that a snapshot covers is committed. So if the log reaches to its last entry already, that entry is committed
 * here, the log stays as it is, tail included, and nothing is installed. Otherwise none of the log's entries beyond the
 * commit index is in any later leader's log, and all of them go.
 *
 * <p>If entries that it covers are damaged here, it takes the place of the log's beginning up to its last entry.
 *
 * <p>A fetch outlives leaders: what is committed stays committed whoever leads. But its source may be in a later term than
 * this replica, and what was committed there may be unknown to a leader of this one: so this replica moves to the snapshot's
 * term before anything of it counts here ({@link SnapshotHeader#takenInTerm}).
 */
final class SnapshotIntake {

  private final CoreContext context;
  private final Transitions transitions;

  /** What the latest leader has asked for. */
  private @Nullable InstallSnapshot asked;

  private Ready.@Nullable Fetch underWay;

  /** How much of that is here or was read once more; zero without one. */
  private long doneBytes;

  private Ready.@Nullable Fetch newFetch;
  private Ready.@Nullable Install newInstall;
  private long lastGeneration;

  SnapshotIntake(CoreContext context, Transitions transitions) {
    this.context = context;
    this.transitions = transitions;
  }

  /** The leader of the current term says that its log doesn't reach back to where this one ends. */
  void onRequest(InstallSnapshot message) {
    asked = message;
    noteCommitted(message.snapshot());
    boolean held = isHeldIntact(message.snapshot());
    if (!held
        && (underWay == null || underWay.atLeast().index() < message.snapshot().index())) {
      fetch(message);
    }
    boolean durable = held && context.log.durableIndex() >= message.snapshot().index();
    answer(message, durable ? InstallStatus.INSTALLED : InstallStatus.UNDER_WAY);
  }

  /** The last entry of a snapshot is committed, whoever learns of it. */
  private void noteCommitted(EntryId last) {
    if (last.index() > context.commitIndex() && context.log.contains(last)) {
      context.commitTo(last.index());
    }
  }

  /** Whether the log has everything that such a snapshot covers, after {@link #noteCommitted}. */
  private boolean isHeld(EntryId last) {
    return last.index() <= context.commitIndex();
  }

  /** Whether the log has all of it, and intact. */
  private boolean isHeldIntact(EntryId last) {
    return isHeld(last) && last.index() <= context.repair.intactIndex();
  }

  /** A damaged entry is committed, and those who were asked for it have it no more. */
  void fetchInPlaceOf(EntryId damaged, ReplicaId source) {
    if (underWay == null) {
      doneBytes = 0;
      underWay = new Ready.Fetch(++lastGeneration, source, damaged);
      newFetch = underWay;
    }
  }

  private void fetch(InstallSnapshot from) {
    doneBytes = 0;
    underWay = new Ready.Fetch(++lastGeneration, from.source(), from.snapshot());
    newFetch = underWay;
  }

  /** A fetch has got so far. */
  void progressed(long generation, long newDoneBytes) {
    if (underWay != null && underWay.generation() == generation) {
      doneBytes = newDoneBytes;
    }
  }

  /** A fetch could not be done. */
  void failed(long generation) {
    Ready.Fetch failed = underWay;
    if (failed == null || failed.generation() != generation) {
      return;
    }
    underWay = null;
    InstallSnapshot request = asked;
    if (request == null) {
      return;
    }
    noteCommitted(request.snapshot());
    if (isHeldIntact(request.snapshot())) {
      return;
    }
    if (!failed.source().equals(request.source())) {
      // The leader has named another source meanwhile.
      fetch(request);
    } else {
      answer(request, InstallStatus.FAILED);
    }
  }

  /** A fetched snapshot is verified and durable here. */
  void received(long generation, SnapshotHeader header) {
    Ready.Fetch done = underWay;
    if (done == null || done.generation() != generation) {
      // Another fetch has taken its place, or it came twice.
      context.counts.dropped();
      return;
    }
    if (header.last().index() < done.atLeast().index()) {
      failed(generation);
      return;
    }
    underWay = null;
    if (header.last().index() > context.commitIndex()) {
      moveToTermOf(header);
    }
    noteCommitted(header.last());
    // Older ones change nothing (trap 41).
    if (!isHeldIntact(header.last())) {
      if (!isHeld(header.last())) {
        install(generation, header);
      } else if (context.log.durableIndex() >= header.last().index()) {
        context.installInPlaceOfDamaged(header);
        newInstall = new Ready.Install(generation, header);
        transitions.current().onDurable();
      } else {
        // It is asked for again, when the write of what follows is done.
        return;
      }
      InstallSnapshot request = asked;
      if (request != null && isOfCurrentLeader(request)) {
        context.outbox.sendOnceAllIsDurable(
            response(request, header.last(), InstallStatus.INSTALLED));
      }
    }
  }

  /** Even a leader: there is one in a later term, or was, and it has committed what this one may lack. */
  private void moveToTermOf(SnapshotHeader header) {
    if (header.takenInTerm() > context.term()) {
      transitions.becomeFollowerIn(
          header.takenInTerm(),
          null,
          "it takes over a snapshot that was taken in term " + header.takenInTerm());
    }
  }

  private void install(long generation, SnapshotHeader header) {
    InvariantViolation.check(
        transitions.current().role() != Role.LEADER,
        "this leader's log lacks the committed entry " + header.last());
    if (transitions.current().role() != Role.FOLLOWER) {
      transitions.becomeFollower(null, "it takes over a snapshot");
    }
    context.install(header);
    newInstall = new Ready.Install(generation, header);
    transitions.current().installed();
  }

  private boolean isOfCurrentLeader(InstallSnapshot request) {
    return request.term() == context.term()
        && request.from().equals(transitions.current().leader());
  }

  private void answer(InstallSnapshot request, InstallStatus status) {
    if (isOfCurrentLeader(request)) {
      context.outbox.send(response(request, request.snapshot(), status));
    }
  }

  private InstallSnapshotResponse response(
      InstallSnapshot request, EntryId snapshot, InstallStatus status) {
    return new InstallSnapshotResponse(
        context.self,
        request.from(),
        context.term(),
        request.session(),
        snapshot,
        status,
        underWay == null ? 0 : doneBytes);
  }

  Ready.@Nullable Fetch takeFetch() {
    Ready.Fetch taken = newFetch;
    newFetch = null;
    return taken;
  }

  Ready.@Nullable Install takeInstall() {
    Ready.Install taken = newInstall;
    newInstall = null;
    return taken;
  }
}
