package io.github.balsaraft.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.BatchingStateMachine;
import io.github.balsaraft.api.Command;
import io.github.balsaraft.api.SnapshotReader;
import io.github.balsaraft.api.SnapshotView;
import io.github.balsaraft.api.SnapshottingStateMachine;
import io.github.balsaraft.testing.simulation.RaftSimulation;
import io.github.balsaraft.testing.simulation.Simulation;
import io.github.balsaraft.testing.simulation.SimulationRuns;
import io.github.balsaraft.testing.simulation.SimulationSettings;
import io.github.balsaraft.testing.simulation.load.KvMachine;
import io.github.balsaraft.testing.simulation.load.KvWorkload;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A state machine that is given its commands in batches, in clusters under all faults. */
class BatchingSimulationTest {

  /** Looks that nothing but commands comes while a batch is open, and that none is larger than it said. */
  private static final class BatchedKv implements SnapshottingStateMachine, BatchingStateMachine {
    private static final int MAX_COMMANDS = 5;

    private final KvMachine machine = new KvMachine();
    private final List<Integer> sizes;
    private int open;

    BatchedKv(List<Integer> sizes) {
      this.sizes = sizes;
    }

    @Override
    public int maxBatchCommands() {
      return MAX_COMMANDS;
    }

    @Override
    public byte[] apply(Command command) {
      open++;
      assertThat(open).as("commands in a batch").isLessThanOrEqualTo(MAX_COMMANDS);
      return machine.apply(command);
    }

    @Override
    public void endBatch() {
      assertThat(open).as("commands in a batch that ends").isPositive();
      sizes.add(open);
      open = 0;
    }

    private void requireNoOpenBatch() {
      assertThat(open).as("commands in an open batch").isZero();
    }

    @Override
    public byte[] query(byte[] query) {
      requireNoOpenBatch();
      return machine.query(query);
    }

    @Override
    public SnapshotView capture() {
      requireNoOpenBatch();
      return machine.capture();
    }

    @Override
    public void restore(SnapshotReader snapshot) throws IOException {
      requireNoOpenBatch();
      machine.restore(snapshot);
    }
  }

  @RaftSimulation(hosts = 3, seeds = 40)
  @DisplayName("batches under faults")
  void batches(SimulationRuns runs) {
    runs.check(() -> new KvWorkload(4).withMachine(() -> new BatchedKv(new ArrayList<>())));
  }

  @Test
  @DisplayName("commands that wait together come together")
  void severalTogether() {
    List<Integer> sizes = new ArrayList<>();
    new Simulation<>(
            1,
            SimulationSettings.DEFAULT.calm(),
            new KvWorkload(4).withMachine(() -> new BatchedKv(sizes)))
        .run();
    assertThat(sizes).anyMatch(size -> size > 1);
  }
}
