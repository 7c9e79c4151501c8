package io.github.balsaraft.api;

import io.github.balsaraft.model.ChangeRefusal;
import io.github.balsaraft.model.Configuration;
import java.util.List;
import java.util.Optional;

/**
 * What would become of a change, as things are at this moment.
 *
 * @param refusals all that speaks against it; empty if it would be made
 * @param current the configuration in force
 * @param target what the group would be in the end; empty if that can't be said. A new member whose host has not asked yet has a
 *     made-up replica id and address in it
 * @param joint whether voters change, so that joint consensus comes between
 * @param notes what an operator should know besides, such as that the new host has not asked to be let in yet
 */
public record ChangePreview(
    List<ChangeRefusal> refusals,
    Configuration current,
    Optional<Configuration> target,
    boolean joint,
    List<String> notes) {

  public ChangePreview {
    refusals = List.copyOf(refusals);
    notes = List.copyOf(notes);
  }

  /** Whether it would be made. */
  public boolean isAllowed() {
    return refusals.isEmpty();
  }
}
