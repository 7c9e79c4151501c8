package io.github.balsaraft.testing.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.HostId;
import io.github.balsaraft.testing.MadeUpCommand;
import io.github.balsaraft.testing.simulation.checks.AppliedCommands;
import io.github.balsaraft.testing.simulation.load.Attempt;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What clients were told is held against what was applied. */
class AnswerCheckTest {

  private static final HostId N1 = new HostId("n1");
  private static final HostId N2 = new HostId("n2");
  private static final byte[] DONE = {1};

  private final AppliedCommands commands = new AppliedCommands();
  private final List<Attempt> attempts = new ArrayList<>();

  /** It is applied now, and its client is told as the one with this number; 0 if it is told when its session likes. */
  private Attempt applied(HostId host, int life, long number) {
    Attempt attempt = new Attempt(attempts.size() + 1L, host, life);
    attempts.add(attempt);
    byte[] payload = ByteBuffer.allocate(8).putLong(attempt.id()).array();
    commands.onApplied(N1, 1, new MadeUpCommand(10L * attempt.id(), 1, 0, payload), DONE);
    attempt.applied(DONE, 0, number);
    return attempt;
  }

  @Test
  @DisplayName("trap 50: a process answers in the order of the log, each for itself")
  void trap50_answersInTheOrderOfTheLog() {
    applied(N1, 1, 2);
    applied(N2, 1, 1);
    applied(N1, 2, 3);
    applied(N1, 1, 4);
    applied(N1, 1, 0);
    assertThat(AnswerCheck.findOutOfOrder(attempts, commands)).isNull();
    assertThat(AnswerCheck.findUntrue(attempts, commands)).isNull();
    Attempt early = applied(N2, 1, 8);
    Attempt late = applied(N2, 1, 7);
    assertThat(AnswerCheck.findOutOfOrder(attempts, commands))
        .isEqualTo(early + " was answered after " + late + ", and was applied before it");
  }

  @Test
  void resultsThatWereNotReturned() {
    applied(N1, 1, 1).applied(new byte[] {2}, 0, 1);
    assertThat(AnswerCheck.findUntrue(attempts, commands)).contains("had another result");
    attempts.clear();
    Attempt never = new Attempt(77, N1, 1);
    never.applied(DONE, 0);
    assertThat(AnswerCheck.findUntrue(List.of(never), commands)).contains("was not applied");
  }
}
