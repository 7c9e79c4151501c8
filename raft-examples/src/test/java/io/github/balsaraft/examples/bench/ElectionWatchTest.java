package io.github.balsaraft.examples.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.examples.bench.load.PauseWatch;
import io.github.balsaraft.examples.bench.report.JsonLine;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ElectionWatchTest {

  private static final long SECOND = 1_000_000_000L;
  private static final long MILLI = 1_000_000L;

  private final AtomicLong term = new AtomicLong(2);
  private final PauseWatch.PauseLog pauses = new PauseWatch.PauseLog();
  private final ElectionWatch watch = new ElectionWatch(term::get, pauses, 1000);

  private String report() {
    JsonLine line = new JsonLine();
    watch.report(line);
    return line.toString();
  }

  @Test
  void theElectionBeforeTheRunIsNoneOfIt() {
    watch.look(SECOND);
    assertThat(report()).isEqualTo("{\"elections\":0,\"false_elections\":0}");
  }

  @Test
  void anElectionThatNoPauseOfTheMachineExplainsIsFalse() {
    pauses.add(SECOND, 499 * MILLI);
    term.set(4);
    watch.look(2 * SECOND);
    assertThat(report()).isEqualTo("{\"elections\":2,\"false_elections\":2}");
  }

  @Test
  void aPauseOfHalfAnElectionTimeoutExcusesOne() {
    pauses.add(SECOND, 500 * MILLI);
    term.set(3);
    watch.look(2 * SECOND);
    assertThat(report()).isEqualTo("{\"elections\":1,\"false_elections\":0}");
  }

  @Test
  void aPauseLongAgoExcusesNothing() {
    pauses.add(SECOND, 800 * MILLI);
    term.set(3);
    watch.look(7 * SECOND);
    assertThat(report()).isEqualTo("{\"elections\":1,\"false_elections\":1}");
  }

  /** A node that can't be asked for its term just then answers with none. */
  @Test
  void aTermThatIsNotKnownIsNoElection() {
    term.set(0);
    watch.look(SECOND);
    term.set(2);
    watch.look(2 * SECOND);
    assertThat(report()).isEqualTo("{\"elections\":0,\"false_elections\":0}");
  }
}
