package io.github.balsaraft.testing.simulation.checks;

import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.model.trace.TraceState;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What is known of one replica: what its trace has said last, what is durable, and what it has told others. */
final class ReplicaModel {

  final ReplicaId id;
  final HostId host;
  final StoredState stored = new StoredState();
  final Promises promises = new Promises();

  /** Which process of the host runs it; 0 as long as it has not started. */
  int life;

  /** How many events there were in this life. */
  long events;

  long term;

  @Nullable
  ReplicaId vote;

  Role role = Role.FOLLOWER;
  long commitIndex;

  /** The position before the first entry of its log, and the last entry. */
  EntryId base = EntryId.NONE;

  EntryId last = EntryId.NONE;

  /** That of the configuration in force, by its log. */
  long configurationIndex;

  /** What its state machine has applied, or had from a snapshot. */
  long appliedIndex;

  /** What its state machine had on disk when this life began; 0 if it keeps nothing there. */
  long heldIndex;

  /** How this life has cut its log, unless it is known that the disk has followed. In the order of the cuts. */
  private final Deque<Cut> unwrittenCuts = new ArrayDeque<>();

  /** So many of the first of them may have been part of the write that was seen last. */
  private int passedOver;

  /**
   * Something was cut off.
   *
   * @param endBefore where the log ended then
   */
  private record Cut(long fromIndex, EntryId endBefore) {}

  ReplicaModel(ReplicaId id, HostId host) {
    this.id = id;
    this.host = host;
  }

  void begin(int newLife) {
    life = newLife;
    events = 0;
    heldIndex = 0;
  }

  /** Takes over what an event says it has led to, once that is checked. */
  void follow(TraceState state) {
    term = state.term();
    vote = state.vote();
    role = state.role();
    commitIndex = state.commitIndex();
  }

  boolean leads() {
    return role == Role.LEADER;
  }

  /** The log is cut, which ended so until then. */
  void cut(long fromIndex, EntryId endBefore) {
    unwrittenCuts.addLast(new Cut(fromIndex, endBefore));
  }

  /**
   * The disk cuts the stored log. One write may stand for several cuts, and then makes the lowest of them; those that came
   * before it are done as well.
   *
   * @return whether it had to
   */
  boolean cutIsWritten(long fromIndex) {
    if (unwrittenCuts.stream().noneMatch(cut -> cut.fromIndex == fromIndex)) {
      return false;
    }
    while (unwrittenCuts.removeFirst().fromIndex != fromIndex) {
      // Part of the same write.
    }
    // Those behind it that cut less may be part of the same write too, or of a later one.
    passedOver = 0;
    for (Cut cut : unwrittenCuts) {
      if (cut.fromIndex <= fromIndex) {
        break;
      }
      passedOver++;
    }
    return true;
  }

  /** The log is the stored one: no cut is under way. */
  void forgetCuts() {
    unwrittenCuts.clear();
    passedOver = 0;
  }

  /**
   * A write is done. If the stored log is what the replica has, no cut that may have been part of it is still to come: unless that log is also what was
   * there before the cut, since one that was cut may have got the same entries again, which the disk then lets go of once more.
   *
   * @param holdsStored whether the stored log is the beginning of the one that ends so
   */
  void isWritten(Predicate<EntryId> holdsStored) {
    if (!stored.last.equals(last)) {
      return;
    }
    for (; passedOver > 0; passedOver--) {
      if (holdsStored.test(unwrittenCuts.getFirst().endBefore)) {
        return;
      }
      unwrittenCuts.removeFirst();
    }
  }

  /** Up to here the stored log is not cut by what may be under way to the disk. */
  long uncutIndex() {
    return unwrittenCuts.stream().mapToLong(Cut::fromIndex).min().orElse(Long.MAX_VALUE) - 1;
  }

  /** Where it is, and in which term: {@code n2 (r00000000000000b2, life 3) in term 5}. */
  @Override
  public String toString() {
    return host + " (" + id + ", life " + life + ") in term " + term;
  }
}
