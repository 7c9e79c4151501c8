package io.github.balsaraft.testing.simulation.load;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.api.Command;
import io.github.balsaraft.api.CommandRejectedException;
import io.github.balsaraft.api.StateMachine;
import io.github.balsaraft.testing.SequentialModel;
import io.github.balsaraft.testing.simulation.Simulation;
import io.github.balsaraft.testing.simulation.SimulationFailure;
import io.github.balsaraft.testing.simulation.SimulationSettings;
import io.github.balsaraft.testing.simulation.world.Chance;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** State machines that reject commands, and commands that are never taken in. */
class RejectionsTest {

  private static final int SEATS = 20;
  private static final String SOLD_OUT = "sold out";

  /** What is asked for: a seat, or how many are sold. */
  private record Asked(boolean isQuery) {}

  private static final class Seats implements StateMachine {
    private int sold;

    @Override
    public byte[] apply(Command command) {
      if (sold == SEATS) {
        throw new CommandRejectedException(SOLD_OUT);
      }
      sold++;
      return text();
    }

    @Override
    public byte[] query(byte[] query) {
      return text();
    }

    private byte[] text() {
      return Integer.toString(sold).getBytes(UTF_8);
    }
  }

  private static final class Model implements SequentialModel<Integer, Asked, String> {
    @Override
    public Integer initial() {
      return 0;
    }

    @Override
    public @Nullable Integer step(Integer sold, Asked input, @Nullable String output) {
      boolean isSoldOut = !input.isQuery && sold == SEATS;
      int then = input.isQuery || isSoldOut ? sold : sold + 1;
      String answer = isSoldOut ? SOLD_OUT : Integer.toString(then);
      return output == null || output.equals(answer) ? then : null;
    }
  }

  private static class Sale implements Workload<Asked, String> {
    @Override
    public StateMachine newStateMachine() {
      return new Seats();
    }

    @Override
    public Asked next(Chance chance) {
      return new Asked(chance.happens(0.5));
    }

    @Override
    public boolean isQuery(Asked operation) {
      return operation.isQuery;
    }

    @Override
    public byte[] encode(Asked operation) {
      return new byte[1];
    }

    @Override
    public String decode(Asked operation, byte[] answer) {
      return new String(answer, UTF_8);
    }

    @Override
    public List<Asked> finalQueries() {
      return List.of(new Asked(true));
    }

    @Override
    public List<Asked> burst(Chance chance) {
      return Collections.nCopies(5, new Asked(false));
    }

    @Override
    public SequentialModel<?, Asked, String> model() {
      return new Model();
    }
  }

  private static class SaleThatRejects extends Sale {
    @Override
    public String rejected(Asked operation, String reason) {
      return reason;
    }
  }

  private static final SimulationSettings SHORT =
      SimulationSettings.DEFAULT.withLength(Duration.ofSeconds(5));

  @Test
  @DisplayName("a rejection is an answer like any other, in sessions and bursts too")
  void rejections() {
    int rejected = 0;
    for (int seed = 1; seed <= 12; seed++) {
      Simulation<Asked, String> run = new Simulation<>(seed, SHORT, new SaleThatRejects());
      run.run();
      rejected += (int) run.clients().history().stream()
          .filter(operation -> SOLD_OUT.equals(operation.output()))
          .count();
    }
    assertThat(rejected).isPositive();
  }

  @Test
  @DisplayName("a workload that doesn't know of rejections is told so")
  void unexpected() {
    Simulation<Asked, String> run = new Simulation<>(1, SHORT.calm(), new Sale());
    assertThatThrownBy(run::run)
        .isInstanceOf(SimulationFailure.class)
        .hasStackTraceContaining("rejected()");
  }

  @Test
  @DisplayName("a command that is too large for the nodes is a failure, not something to try again")
  void tooLarge() {
    Simulation<Asked, String> run = new Simulation<>(1, SHORT.calm(), new SaleThatRejects() {
      @Override
      public byte[] encode(Asked operation) {
        return operation.isQuery ? new byte[1] : ByteBuffer.allocate(2000).array();
      }
    });
    assertThatThrownBy(run::run)
        .isInstanceOf(SimulationFailure.class)
        .hasMessageContaining("CommandTooLargeException");
  }

  @Test
  @DisplayName("a query that no node ever serves fails the run")
  void tooLargeAQuery() {
    Simulation<Asked, String> run = new Simulation<>(1, SHORT.calm(), new SaleThatRejects() {
      @Override
      public byte[] encode(Asked operation) {
        return operation.isQuery ? new byte[5000] : super.encode(operation);
      }
    });
    assertThatThrownBy(run::run)
        .isInstanceOf(SimulationFailure.class)
        .hasMessageContaining("is never served here");
  }
}
