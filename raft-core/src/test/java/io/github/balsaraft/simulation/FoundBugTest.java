package io.github.balsaraft.simulation;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.api.Command;
import io.github.balsaraft.api.StateMachine;
import io.github.balsaraft.testing.KvInput;
import io.github.balsaraft.testing.KvOutput;
import io.github.balsaraft.testing.simulation.SimulationRuns;
import io.github.balsaraft.testing.simulation.SimulationSettings;
import io.github.balsaraft.testing.simulation.load.KvWorkload;
import io.github.balsaraft.testing.simulation.load.Workload;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What an application sees when its state machine has a defect. */
class FoundBugTest {

  private static final SimulationSettings SHORT =
      SimulationSettings.DEFAULT.withLength(Duration.ofSeconds(10));

  @Test
  @DisplayName(
      "a state machine that is not deterministic is found, with the seed and the fewest faults")
  void notDeterministic() {
    SimulationRuns runs = new SimulationRuns(
        SHORT, new SimulationRuns.Seeds(1, 3, Duration.ZERO), "mvn test -Draft.seed=");
    assertThatThrownBy(() -> runs.check(FoundBugTest::forgetful))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("APPLY_DIVERGED")
        .hasMessageContaining("mvn test -Draft.seed=1")
        .hasMessageContaining("none is needed");
  }

  private static Workload<KvInput, KvOutput> forgetful() {
    KvWorkload sane = new KvWorkload(2);
    AtomicInteger machines = new AtomicInteger();
    return sane.withMachine(
        () -> new Forgetful(sane.newStateMachine(), machines.incrementAndGet()));
  }

  /** Answers now and then with which machine it is, as a hash set does it whose order depends on where objects lie. */
  private record Forgetful(StateMachine machine, int number) implements StateMachine {
    @Override
    public byte[] apply(Command command) {
      byte[] result = machine.apply(command);
      return command.index() % 50 == 0 ? new byte[] {(byte) ('0' + number)} : result;
    }

    @Override
    public byte[] query(byte[] query) {
      return machine.query(query);
    }
  }
}
