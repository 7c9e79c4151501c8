package io.github.balsaraft.core;

import java.util.ArrayList;
import java.util.List;

/**
 * What the next {@link Ready} says besides messages, write and entries: the roles put it in, the {@link ReadyAssembler} takes
 * it out.
 */
final class Collected {

  private final List<Ready.Load> loads = new ArrayList<>();
  private final List<Ready.ReadOutcome> readOutcomes = new ArrayList<>();
  private final List<Ready.RoleChange> roleChanges = new ArrayList<>();
  private final List<Ready.ChangeOutcome> changeOutcomes = new ArrayList<>();
  private long lostProposalsFrom;
  private boolean repaired;

  void load(Ready.Load load) {
    loads.add(load);
  }

  void readEnded(Ready.ReadOutcome outcome) {
    readOutcomes.add(outcome);
  }

  void roleChanged(Ready.RoleChange change) {
    roleChanges.add(change);
  }

  void changeEnded(Ready.ChangeOutcome outcome) {
    changeOutcomes.add(outcome);
  }

  /** Own proposals at this index and above have an unknown outcome. */
  void proposalsLostFrom(long index) {
    lostProposalsFrom = index;
  }

  /** The last damaged entry is whole again. */
  void allRepaired() {
    repaired = true;
  }

  List<Ready.Load> takeLoads() {
    return take(loads);
  }

  List<Ready.ReadOutcome> takeReadOutcomes() {
    return take(readOutcomes);
  }

  List<Ready.RoleChange> takeRoleChanges() {
    return take(roleChanges);
  }

  List<Ready.ChangeOutcome> takeChangeOutcomes() {
    return take(changeOutcomes);
  }

  /** Zero for none. */
  long takeLostProposalsFrom() {
    long taken = lostProposalsFrom;
    lostProposalsFrom = 0;
    return taken;
  }

  boolean takeRepaired() {
    boolean taken = repaired;
    repaired = false;
    return taken;
  }

  private static <T> List<T> take(List<T> collected) {
    if (collected.isEmpty()) {
      return List.of();
    }
    List<T> taken = List.copyOf(collected);
    collected.clear();
    return taken;
  }
}
