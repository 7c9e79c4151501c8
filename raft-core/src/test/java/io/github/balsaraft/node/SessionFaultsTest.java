package io.github.balsaraft.node;

import static io.github.balsaraft.node.SessionGroup.OPTIONS;
import static io.github.balsaraft.node.SessionGroup.bytes;
import static io.github.balsaraft.node.SessionGroup.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.OutcomeUnknownException;
import io.github.balsaraft.api.OverloadedException;
import io.github.balsaraft.model.SessionAnswer;
import io.github.balsaraft.model.SessionEntry;
import io.github.balsaraft.session.RetryingSession;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** Sessions whose process runs out of memory, or whose group forgets them again and again. */
class SessionFaultsTest {

  private static final String UNKNOWN = OutcomeUnknownException.class.getSimpleName();

  private final SessionGroup group = new SessionGroup(1);
  private final RetryingSession session = new RetryingSession(group, OPTIONS);

  private void throwNextTime() {
    group.ways.add(entry -> {
      throw new OutOfMemoryError("none left");
    });
  }

  private CompletableFuture<byte[]> applyAndThrow(byte[] entry) {
    CompletableFuture<byte[]> unused = group.apply(entry);
    throw new OutOfMemoryError("none left");
  }

  private static CompletableFuture<byte[]> expired() {
    return CompletableFuture.completedFuture(
        SessionAnswer.refused(SessionAnswer.Verdict.EXPIRED).encode());
  }

  private static boolean isCommand(byte[] entry) {
    return SessionEntry.decode(ByteBuffer.wrap(entry)) instanceof SessionEntry.Command;
  }

  @Test
  void sessionThatCouldNotBeAskedForIsAskedForAgain() {
    throwNextTime();
    CompletableFuture<byte[]> answer = session.propose(bytes("a"));
    group.runFor(Duration.ofSeconds(1));
    assertThat(outcome(answer)).isEqualTo("done a");
    assertThat(session.pendingBytes()).isZero();
  }

  @Test
  void commandThatCouldNotBeProposedIsProposedAgain() {
    assertThat(outcome(session.propose(bytes("a")))).isEqualTo("done a");
    throwNextTime();
    CompletableFuture<byte[]> answer = session.propose(bytes("b"));
    group.runFor(Duration.ofSeconds(1));
    assertThat(outcome(answer)).isEqualTo("done b");
    assertThat(session.pendingBytes()).isZero();
  }

  /** Memory may run out behind the moment from which on it is on its way. */
  @Test
  void commandThatWasProposedAllTheSameIsAppliedOnce() {
    assertThat(outcome(session.propose(bytes("a")))).isEqualTo("done a");
    group.ways.add(this::applyAndThrow);
    CompletableFuture<byte[]> answer = session.propose(bytes("b"));
    group.runFor(Duration.ofSeconds(1));
    assertThat(outcome(answer)).isEqualTo("done b");
    assertThat(group.applied).containsEntry("b", 1);
    assertThat(session.pendingBytes()).isZero();
  }

  @Test
  void stepsGoOnOnceThereIsMemoryForThemAgain() {
    for (int failing = 1; failing <= 4; failing++) {
      int nth = failing;
      SessionGroup starved = new SessionGroup(1) {
        private int executed;

        @Override
        public Executor executor() {
          return step -> {
            if (++executed == nth) {
              throw new OutOfMemoryError("no thread");
            }
            step.run();
          };
        }
      };
      RetryingSession ofIt = new RetryingSession(starved, OPTIONS);
      CompletableFuture<byte[]> first = ofIt.propose(bytes("a"));
      starved.runFor(Duration.ofSeconds(1));
      CompletableFuture<byte[]> second = ofIt.propose(bytes("b"));
      starved.runFor(Duration.ofSeconds(1));
      assertThat(outcome(first)).as("without turn %s", nth).isEqualTo("done a");
      assertThat(outcome(second)).as("without turn %s", nth).isEqualTo("done b");
      assertThat(ofIt.pendingBytes()).isZero();
    }
  }

  @Test
  void commandWhoseDeadlineCouldNotBeArmedIsSentAllTheSame() {
    StarvedGroup starved = new StarvedGroup();
    RetryingSession ofIt = new RetryingSession(starved, OPTIONS);
    starved.timersToRefuse = 1;
    assertThat(outcome(ofIt.propose(bytes("a")))).isEqualTo("done a");

    starved.usualWay = entry -> new CompletableFuture<>();
    CompletableFuture<byte[]> first = ofIt.propose(bytes("b"), Duration.ofSeconds(2));
    starved.timersToRefuse = 1;
    CompletableFuture<byte[]> second = ofIt.propose(bytes("c"), Duration.ofSeconds(1));
    starved.runFor(Duration.ofSeconds(2));
    assertThat(outcome(first)).as("its timer is not lost for that").isEqualTo(UNKNOWN);
    assertThat(outcome(second)).isEqualTo(UNKNOWN);
  }

  @Test
  void deadlinesGoOnBehindATimerThatCameToNothing() {
    StarvedGroup starved = new StarvedGroup();
    RetryingSession ofIt = new RetryingSession(starved, OPTIONS);
    assertThat(outcome(ofIt.propose(bytes("a")))).isEqualTo("done a");
    starved.runFor(Duration.ofSeconds(5));
    starved.usualWay = entry -> new CompletableFuture<>();
    starved.timersToLose = 1;
    CompletableFuture<byte[]> first = ofIt.propose(bytes("b"), Duration.ofSeconds(1));
    starved.runFor(Duration.ofSeconds(2));
    assertThat(outcome(first)).isEqualTo("open");
    CompletableFuture<byte[]> second = ofIt.propose(bytes("c"), Duration.ofSeconds(1));
    starved.runFor(Duration.ofSeconds(1));
    assertThat(outcome(first)).isEqualTo(UNKNOWN);
    assertThat(outcome(second)).isEqualTo(UNKNOWN);
  }

  @Test
  void deadlineThatIsDueIsNotCalledOffByALaterOne() {
    StarvedGroup starved = new StarvedGroup();
    RetryingSession ofIt = new RetryingSession(starved, OPTIONS);
    assertThat(outcome(ofIt.propose(bytes("a")))).isEqualTo("done a");
    starved.runFor(Duration.ofMinutes(1));
    starved.usualWay = entry -> new CompletableFuture<>();
    CompletableFuture<byte[]> first = ofIt.propose(bytes("b"), Duration.ofSeconds(1));
    starved.nowNanos += Duration.ofSeconds(1).toNanos();
    CompletableFuture<byte[]> second = ofIt.propose(bytes("c"), Duration.ofHours(1));
    starved.runFor(Duration.ofMillis(1));
    assertThat(outcome(first)).isEqualTo(UNKNOWN);
    assertThat(outcome(second)).isEqualTo("open");
  }

  @Test
  void timerThatCouldNotDoItsTaskDoesItLater() {
    StarvedGroup starved = new StarvedGroup();
    RetryingSession ofIt = new RetryingSession(starved, OPTIONS);
    assertThat(outcome(ofIt.propose(bytes("a")))).isEqualTo("done a");
    starved.usualWay = entry -> new CompletableFuture<>();
    CompletableFuture<byte[]> answer = ofIt.propose(bytes("b"), Duration.ofSeconds(1));
    starved.hasNoThreads = true;
    starved.clockFails = true;
    starved.runFor(Duration.ofSeconds(2));
    assertThat(outcome(answer)).isEqualTo(UNKNOWN);
  }

  /** What fails as often as a test says. */
  private static final class StarvedGroup extends SessionGroup {
    private int timersToRefuse;
    private int timersToLose;
    private boolean hasNoThreads;
    private boolean clockFails;

    StarvedGroup() {
      super(1);
    }

    @Override
    public Runnable schedule(long atNanos, Runnable task) {
      if (timersToRefuse > 0) {
        timersToRefuse--;
        throw new OutOfMemoryError("no timer");
      }
      if (timersToLose > 0) {
        timersToLose--;
        return () -> {};
      }
      return super.schedule(atNanos, task);
    }

    @Override
    public long nowNanos() {
      if (clockFails) {
        clockFails = false;
        throw new OutOfMemoryError("none left");
      }
      return super.nowNanos();
    }

    @Override
    public Executor executor() {
      return step -> {
        if (hasNoThreads) {
          throw new RejectedExecutionException("as the test says");
        }
        step.run();
      };
    }
  }

  /** With more clients than the group keeps sessions they would forget each other at full speed. */
  @Test
  void sessionsThatAreForgottenAgainAndAgainAreAskedForWithGrowingPauses() {
    List<byte[]> attempts = new ArrayList<>();
    group.usualWay = entry -> {
      attempts.add(entry);
      if (attempts.size() > 1000) {
        return new CompletableFuture<>();
      }
      return isCommand(entry) ? expired() : group.apply(entry);
    };
    CompletableFuture<byte[]> answer = session.propose(bytes("a"));
    group.runFor(Duration.ofSeconds(2));
    assertThat(outcome(answer)).isEqualTo(OverloadedException.class.getSimpleName());
    assertThat(attempts).hasSizeBetween(6, 30);
    assertThat(session.pendingBytes()).isZero();

    group.usualWay = group::apply;
    CompletableFuture<byte[]> later = session.propose(bytes("b"));
    group.runFor(Duration.ofSeconds(2));
    assertThat(outcome(later)).isEqualTo("done b");
    group.table = new SessionTable();
    assertThat(outcome(session.propose(bytes("c")))).as("at once again").isEqualTo("done c");
  }

  @Test
  void commandsOfAForgottenSessionKeepTheirOrderInTheNext() {
    assertThat(outcome(session.propose(bytes("a")))).isEqualTo("done a");
    List<CompletableFuture<byte[]>> held = new ArrayList<>();
    group.usualWay = entry -> {
      held.add(new CompletableFuture<>());
      return held.get(held.size() - 1);
    };
    for (String command : List.of("b", "c", "d")) {
      CompletableFuture<byte[]> unused = session.propose(bytes(command));
    }
    byte[] forgotten = SessionAnswer.refused(SessionAnswer.Verdict.EXPIRED).encode();
    for (int i = 0; i < 3; i++) {
      held.get(i).complete(forgotten);
    }
    group.usualWay = group::apply;
    CompletableFuture<?> unused =
        group.apply(SessionEntry.open(5_000)).thenAccept(held.get(3)::complete);
    assertThat(group.applied.keySet()).containsExactly("a", "b", "c", "d");
  }

  @Test
  void pauseThatAMemberHasAskedForHoldsNothingBeyondTheDeadline() {
    assertThat(outcome(session.propose(bytes("a")))).isEqualTo("done a");
    group.usualWay = entry -> CompletableFuture.failedFuture(
        new OverloadedException("the queue is full", Duration.ofSeconds(60)));
    CompletableFuture<byte[]> answer = session.propose(bytes("b"));
    group.runFor(Duration.ofSeconds(2));
    assertThat(outcome(answer)).isEqualTo(OverloadedException.class.getSimpleName());
    assertThat(session.pendingBytes()).isZero();
    assertThat(group.timers).isEmpty();
  }
}
