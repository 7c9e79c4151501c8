package io.github.balsaraft.node;

import static io.github.balsaraft.node.SessionGroup.OPTIONS;
import static io.github.balsaraft.node.SessionGroup.bytes;
import static io.github.balsaraft.node.SessionGroup.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.OutcomeUnknownException;
import io.github.balsaraft.api.RaftSession;
import io.github.balsaraft.api.ShuttingDownException;
import io.github.balsaraft.session.RetryingSession;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

/** A session that is closed, or abandoned because its node hangs: everybody who waits is told, and nothing is tried any more. */
class SessionClosingTest {

  private final SessionGroup group = new SessionGroup(1);
  private final RaftSession session = new RetryingSession(group, OPTIONS);

  /** For its effect only. */
  private void proposeUnwatched(byte[] command) {
    CompletableFuture<byte[]> unused = session.propose(command);
  }

  @Test
  void closingSendsNothingThatHasWaited() {
    proposeUnwatched(bytes("a"));
    group.usualWay = entry -> new CompletableFuture<>();
    for (int i = 0; i < 5; i++) {
      proposeUnwatched(bytes("b"));
    }
    CompletableFuture<byte[]> waiting = session.propose(bytes("c"));
    session.close();
    assertThat(outcome(waiting)).isEqualTo(ShuttingDownException.class.getSimpleName());
  }

  @Test
  void closingTellsEverybodyAndTheGroup() {
    proposeUnwatched(bytes("a"));
    group.ways.add(entry -> new CompletableFuture<>());
    CompletableFuture<byte[]> sent = session.propose(bytes("b"));
    group.ways.add(group::refuse);
    CompletableFuture<byte[]> refused = session.propose(bytes("c"));
    session.close();
    assertThat(outcome(sent)).isEqualTo(OutcomeUnknownException.class.getSimpleName());
    assertThat(outcome(refused)).isEqualTo(ShuttingDownException.class.getSimpleName());
    assertThat(outcome(session.propose(bytes("d"))))
        .isEqualTo(ShuttingDownException.class.getSimpleName());
    assertThat(group.table.isEmpty()).isTrue();
    assertThat(group.closed).isTrue();
    group.runFor(Duration.ofMinutes(1));
    assertThat(group.applied).containsOnlyKeys("a");
    assertThat(group.timers).isEmpty();
  }

  /** As when a state machine hangs on the thread that runs the steps too. */
  @Test
  void abandonedSessionTellsEverybodyWithoutItsThread() {
    List<Runnable> hanging = new ArrayList<>();
    SessionGroup stuck = new SessionGroup(1) {
      @Override
      public Executor executor() {
        return hanging::add;
      }
    };
    RetryingSession abandoned = new RetryingSession(stuck, OPTIONS);
    CompletableFuture<byte[]> answer = abandoned.propose(bytes("a"));
    assertThat(outcome(answer)).isEqualTo("open");
    abandoned.abandon("the state machine hung");
    assertThat(outcome(answer)).isEqualTo(OutcomeUnknownException.class.getSimpleName());
    assertThat(outcome(abandoned.propose(bytes("b"))))
        .isEqualTo(ShuttingDownException.class.getSimpleName());
    List.copyOf(hanging).forEach(Runnable::run);
    assertThat(stuck.entries).isEmpty();
  }

  /** Between the look whether the session is closed and the moment from which on the command can be found. */
  @Test
  void commandThatComesWhileItsSessionIsAbandonedIsToldSo() {
    List<Runnable> hanging = new ArrayList<>();
    RetryingSession[] abandoned = new RetryingSession[1];
    SessionGroup stuck = new SessionGroup(1) {
      @Override
      public long nowNanos() {
        abandoned[0].abandon("the state machine hung");
        return super.nowNanos();
      }

      @Override
      public Executor executor() {
        return hanging::add;
      }
    };
    abandoned[0] = new RetryingSession(stuck, OPTIONS);
    assertThat(outcome(abandoned[0].propose(bytes("a"))))
        .isEqualTo(ShuttingDownException.class.getSimpleName());
    List.copyOf(hanging).forEach(Runnable::run);
    assertThat(stuck.entries).isEmpty();
  }

  @Test
  void abandonedSessionTriesNothingAgain() {
    RetryingSession abandoned = new RetryingSession(group, OPTIONS);
    assertThat(outcome(abandoned.propose(bytes("a")))).isEqualTo("done a");
    group.ways.add(group::refuse);
    CompletableFuture<byte[]> answer = abandoned.propose(bytes("b"));
    abandoned.abandon("the state machine hung");
    assertThat(outcome(answer)).isEqualTo(OutcomeUnknownException.class.getSimpleName());
    group.runFor(Duration.ofMinutes(1));
    assertThat(group.applied).containsOnlyKeys("a");
  }
}
