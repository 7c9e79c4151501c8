package io.github.balsaraft.testing.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.Command;
import io.github.balsaraft.api.StateMachine;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.testing.MadeUpCommand;
import io.github.balsaraft.testing.simulation.checks.AppliedCommands;
import io.github.balsaraft.testing.simulation.load.Attempt;
import io.github.balsaraft.testing.simulation.load.LooseRead;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Answers of reads that need not see everything are held against what they promise. */
class LooseReadCheckTest {

  private static final HostId N1 = new HostId("n1");
  private static final byte[] NOTHING = {};
  private static final long NO_BOUND = -1;

  private final AppliedCommands commands = new AppliedCommands();
  private final List<Attempt> attempts = new ArrayList<>();

  /** At the indexes 10, 20 and 30 commands are applied; each client hears of it at the same number of seconds. */
  @BeforeEach
  void threeCommands() {
    for (int i = 1; i <= 3; i++) {
      byte[] payload = ByteBuffer.allocate(8).putLong(i).array();
      commands.onApplied(N1, 1, new MadeUpCommand(10L * i, 1, 0, payload), NOTHING);
      Attempt attempt = new Attempt(i, N1, 1);
      attempt.applied(NOTHING, 10L * i * VirtualTime.SECONDS);
      attempts.add(attempt);
    }
  }

  /** Answers with the number of commands. */
  private static final class Count implements StateMachine {
    private byte count;

    @Override
    public byte[] apply(Command command) {
      count++;
      return NOTHING;
    }

    @Override
    public byte[] query(byte[] query) {
      return new byte[] {count};
    }
  }

  private static LooseRead read(
      int answer, long fromIndex, long toIndex, long askedSeconds, long staleSeconds) {
    return new LooseRead(
        "count",
        N1,
        NOTHING,
        new byte[] {(byte) answer},
        askedSeconds * VirtualTime.SECONDS,
        fromIndex,
        toIndex,
        staleSeconds == NO_BOUND ? NO_BOUND : staleSeconds * VirtualTime.SECONDS);
  }

  private String untrue(long maxDriftPpm, LooseRead... reads) {
    return new LooseReadCheck(commands, attempts, maxDriftPpm)
        .findUntrue(List.of(reads), new Count());
  }

  @Test
  void anAnswerIsTheStateOfAnIndexThatIsAllowed() {
    assertThat(untrue(
            0,
            read(0, 0, 9, 0, NO_BOUND),
            read(0, 5, 12, 0, NO_BOUND),
            read(1, 5, 12, 0, NO_BOUND),
            read(3, 30, 30, 0, NO_BOUND),
            read(3, 34, 34, 0, NO_BOUND),
            read(1, 10, 19, 0, NO_BOUND),
            read(2, 20, 20, 0, NO_BOUND)))
        .isNull();
    assertThat(untrue(0, read(1, 20, 30, 0, NO_BOUND))).contains("between index 20 and 30");
    assertThat(untrue(0, read(3, 5, 29, 0, NO_BOUND))).contains("by no state");
    assertThat(untrue(0, read(4, 30, 40, 0, NO_BOUND))).contains("by no state");
    assertThat(untrue(0, read(0, 12, 12, 0, NO_BOUND))).contains("by no state");
  }

  @Test
  void anAnswerIsNoOlderThanItSays() {
    assertThat(untrue(0, read(2, 20, 20, 31, 2))).isNull();
    assertThat(untrue(0, read(2, 25, 25, 31, 2))).isNull();
    assertThat(untrue(0, read(2, 20, 20, 33, 2)))
        .contains("older than the 2000000000 ns that it says: index 30");
    assertThat(untrue(0, read(0, 0, 0, 9, 1))).isNull();
  }

  @Test
  void aSlowClockMayCountTooLittle() {
    assertThat(untrue(0, read(2, 20, 20, 34, 3))).contains("older than");
    assertThat(untrue(500_000, read(2, 20, 20, 34, 3))).isNull();
    assertThat(untrue(500_000, read(2, 20, 20, 37, 3))).contains("older than");
  }
}
