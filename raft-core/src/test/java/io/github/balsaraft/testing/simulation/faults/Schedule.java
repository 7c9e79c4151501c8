package io.github.balsaraft.testing.simulation.faults;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What is done to a cluster, in the order of time.
 *
 * @param faults by the moment at which they begin
 */
public record Schedule(List<Fault> faults) {

  public Schedule {
    faults = List.copyOf(faults);
  }

  @Override
  public String toString() {
    return faults.stream().map(Fault::toString).collect(Collectors.joining("\n"));
  }
}
