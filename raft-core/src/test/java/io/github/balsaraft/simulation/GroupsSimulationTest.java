package io.github.balsaraft.simulation;

import io.github.balsaraft.testing.simulation.RaftSimulation;
import io.github.balsaraft.testing.simulation.SimulationRuns;
import io.github.balsaraft.testing.simulation.load.KvWorkload;
import org.junit.jupiter.api.DisplayName;

/** Several groups on the same hosts, which share a log store, its writer, the transport and the threads, under faults of every kind. */
class GroupsSimulationTest {

  private static final int GROUPS = 3;

  @RaftSimulation(hosts = 3, spares = 1, seeds = 25, seconds = 20, clients = 4)
  @DisplayName("three groups on three hosts, and one that may join")
  void threeHosts(SimulationRuns runs) {
    runs.checkGroups(GROUPS, () -> new KvWorkload(4));
  }

  @RaftSimulation(hosts = 5, spares = 0, seeds = 15, seconds = 20, clients = 4)
  @DisplayName("three groups on five hosts")
  void fiveHosts(SimulationRuns runs) {
    runs.checkGroups(GROUPS, () -> new KvWorkload(4));
  }
}
