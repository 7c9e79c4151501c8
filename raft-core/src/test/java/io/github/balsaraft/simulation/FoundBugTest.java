package io.github.balsaraft.simulation;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.api.Command;
import io.github.balsaraft.api.StateMachine;
import io.github.balsaraft.testing.KvInput;
import io.github.balsaraft.testing.KvOutput;
import io.github.balsaraft.testing.SequentialModel;
import io.github.balsaraft.testing.simulation.SimulationRuns;
import io.github.balsaraft.testing.simulation.SimulationSettings;
import io.github.balsaraft.testing.simulation.load.KvWorkload;
import io.github.balsaraft.testing.simulation.load.Workload;
import io.github.balsaraft.testing.simulation.world.Chance;
import java.time.Duration;
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
    assertThatThrownBy(() -> runs.check(Forgetful::new))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("APPLY_DIVERGED")
        .hasMessageContaining("mvn test -Draft.seed=1")
        .hasMessageContaining("none is needed");
  }

  /** Answers with how many commands this object has applied, which restarts forget, and with which machine it is. */
  private static final class Forgetful implements Workload<KvInput, KvOutput> {
    private final KvWorkload sane = new KvWorkload(2);
    private int machines;

    @Override
    public StateMachine newStateMachine() {
      StateMachine machine = sane.newStateMachine();
      int number = ++machines;
      return new StateMachine() {
        @Override
        public byte[] apply(Command command) {
          byte[] result = machine.apply(command);
          // As a hash set does it whose order depends on where objects lie.
          return command.index() % 50 == 0 ? new byte[] {(byte) ('0' + number)} : result;
        }

        @Override
        public byte[] query(byte[] query) {
          return machine.query(query);
        }
      };
    }

    @Override
    public KvInput next(Chance chance) {
      return sane.next(chance);
    }

    @Override
    public boolean isQuery(KvInput operation) {
      return sane.isQuery(operation);
    }

    @Override
    public byte[] encode(KvInput operation) {
      return sane.encode(operation);
    }

    @Override
    public KvOutput decode(KvInput operation, byte[] answer) {
      return sane.decode(operation, answer);
    }

    @Override
    public SequentialModel<?, KvInput, KvOutput> model() {
      return sane.model();
    }
  }
}
