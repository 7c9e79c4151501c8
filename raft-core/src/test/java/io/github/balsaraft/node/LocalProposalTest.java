package io.github.balsaraft.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.AnswerTooLargeException;
import io.github.balsaraft.api.OutcomeUnknownException;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.testing.simulation.world.SimulatedEnvironment;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A proposal ends once; another end is no news to its caller, and is counted. */
class LocalProposalTest {

  private static final long BYTES = 10;

  private final AtomicInteger secondEnds = new AtomicInteger();
  private final Budget budget = new Budget(BYTES);
  private final LocalProposal proposal = proposal();

  private LocalProposal proposal() {
    assertThat(budget.take(BYTES)).isTrue();
    return new LocalProposal(
        EntryType.COMMAND, new byte[0], budget, BYTES, 0, secondEnds::incrementAndGet);
  }

  /** The leader knows that it was applied, so nobody need wonder. */
  @Test
  void appliedElsewhereWithAResultThatIsTooLong() {
    proposal.answerTooLarge("its result of 9 bytes doesn't fit");
    assertThat(proposal.future)
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withCauseInstanceOf(AnswerTooLargeException.class)
        .withMessageContaining("it was applied, and its result of 9 bytes doesn't fit");
    assertThat(budget.taken()).isZero();
    // A session would get the same each time.
    NodeSessions sessions =
        new NodeSessions(SimulatedEnvironment.alone(new VirtualTime()), entry -> proposal.future);
    assertThat(sessions.isFinal(new AnswerTooLargeException("9 bytes"))).isTrue();
  }

  @Test
  @DisplayName("lost, and then applied")
  void endsTwice() {
    proposal.unknown("leadership was lost");
    assertThat(secondEnds).hasValue(0);
    proposal.applied(new byte[0]);
    assertThat(secondEnds).hasValue(1);
    assertThat(proposal.future)
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withCauseInstanceOf(OutcomeUnknownException.class);
    assertThat(budget.taken()).isZero();
  }

  @Test
  @DisplayName("given up while a thread hung, which ends it once it goes on")
  void abandoned() {
    proposal.abandon("closed");
    proposal.applied(new byte[0]);
    assertThat(secondEnds).hasValue(0);
    assertThat(budget.taken()).isZero();
  }
}
