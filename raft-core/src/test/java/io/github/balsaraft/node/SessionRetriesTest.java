package io.github.balsaraft.node;

import static io.github.balsaraft.node.SessionGroup.OPTIONS;
import static io.github.balsaraft.node.SessionGroup.bytes;
import static io.github.balsaraft.node.SessionGroup.outcome;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.api.AnswerTooLargeException;
import io.github.balsaraft.api.CommandTooLargeException;
import io.github.balsaraft.api.NotLeaderException;
import io.github.balsaraft.api.OutcomeUnknownException;
import io.github.balsaraft.api.OverloadedException;
import io.github.balsaraft.api.RaftSession;
import io.github.balsaraft.api.SessionExpiredException;
import io.github.balsaraft.api.ShuttingDownException;
import io.github.balsaraft.model.SessionAnswer;
import io.github.balsaraft.session.RetryingSession;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Both sides of sessions together: what becomes of a command whose attempts are refused, lost, or answered late. */
class SessionRetriesTest {

  private final SessionGroup group = new SessionGroup(1);
  private final RaftSession session = new RetryingSession(group, OPTIONS);

  /** For its effect only. */
  private void proposeUnwatched(byte[] command) {
    CompletableFuture<byte[]> unused = session.propose(command);
  }

  @Test
  void commandIsAppliedAndAnswered() {
    assertThat(outcome(session.propose(bytes("a")))).isEqualTo("done a");
    assertThat(session.lastAppliedIndex()).isEqualTo(2);
    assertThat(outcome(session.propose(bytes("b")))).isEqualTo("done b");
    assertThat(session.lastAppliedIndex()).isEqualTo(3);
  }

  /** Trap 49: the first attempt was applied, and only its answer was lost. */
  @Test
  void trap49_retriedCommandIsAppliedOnceAndGetsTheFirstResult() {
    proposeUnwatched(bytes("a"));
    group.ways.add(group::applyAndLoseAnswer);
    CompletableFuture<byte[]> answer = session.propose(bytes("b"));
    assertThat(outcome(answer)).isEqualTo("open");
    group.runFor(Duration.ofSeconds(1));
    assertThat(outcome(answer)).isEqualTo("done b");
    assertThat(group.applied).containsEntry("b", 1);
    assertThat(session.lastAppliedIndex()).isEqualTo(3);
  }

  /** Trap 49: nobody can say whether it was applied, so it must not be proposed in another session. */
  @Test
  void trap49_doubtfulCommandOfAForgottenSessionIsUnknown() {
    proposeUnwatched(bytes("a"));
    group.ways.add(group::applyAndLoseAnswer);
    CompletableFuture<byte[]> answer = session.propose(bytes("b"));
    group.table = new SessionTable();
    group.runFor(Duration.ofSeconds(1));
    assertThat(outcome(answer)).isEqualTo(SessionExpiredException.class.getSimpleName());
    assertThat(group.applied).containsEntry("b", 1);
  }

  @Test
  void commandThatIsNotInDoubtGetsANewSession() {
    proposeUnwatched(bytes("a"));
    group.table = new SessionTable();
    group.ways.add(group::refuse);
    CompletableFuture<byte[]> answer = session.propose(bytes("b"));
    group.runFor(Duration.ofSeconds(1));
    assertThat(outcome(answer)).isEqualTo("done b");
    assertThat(group.applied).containsEntry("b", 1);
  }

  @Test
  void whatWasOnlyRefusedEndsAsNotAppended() {
    proposeUnwatched(bytes("a"));
    group.usualWay = group::refuse;
    CompletableFuture<byte[]> answer = session.propose(bytes("b"));
    group.runFor(Duration.ofMillis(1999));
    assertThat(outcome(answer)).isEqualTo("open");
    group.runFor(Duration.ofMillis(1));
    assertThat(outcome(answer)).isEqualTo(NotLeaderException.class.getSimpleName());
  }

  /** A refusal says that this attempt had no effect, and nothing about those before. */
  @Test
  void whatWasInDoubtOnceEndsAsUnknown() {
    proposeUnwatched(bytes("a"));
    group.ways.add(group::lose);
    group.usualWay = group::refuse;
    CompletableFuture<byte[]> answer = session.propose(bytes("b"));
    group.runFor(Duration.ofSeconds(2));
    assertThat(outcome(answer)).isEqualTo(OutcomeUnknownException.class.getSimpleName());
  }

  /** The client has given up, and a copy gets into the log after all: later commands rule it out. */
  @Test
  void trap49_lateCopyOfWhatWasGivenUpIsNotAppliedAfterLaterCommands() {
    proposeUnwatched(bytes("a"));
    List<byte[]> late = new ArrayList<>();
    group.usualWay = entry -> {
      late.add(entry);
      return group.lose(entry);
    };
    CompletableFuture<byte[]> answer = session.propose(bytes("b"));
    group.runFor(Duration.ofSeconds(2));
    assertThat(outcome(answer)).isEqualTo(OutcomeUnknownException.class.getSimpleName());
    group.usualWay = group::apply;
    proposeUnwatched(bytes("c"));
    CompletableFuture<byte[]> unused = group.apply(late.get(0));
    assertThat(group.applied).containsOnlyKeys("a", "c");
  }

  /** The group keeps the numbers from the lowest on that has no answer: one of before the copy holds that open. */
  @Test
  void trap49_lateCopyOfWhatWasGivenUpIsRuledOutOnceAllOfBeforeHasEnded() {
    proposeUnwatched(bytes("a"));
    group.ways.add(entry -> new CompletableFuture<>());
    CompletableFuture<byte[]> before = session.propose(bytes("before"), Duration.ofSeconds(10));
    List<byte[]> late = new ArrayList<>();
    group.usualWay = entry -> {
      late.add(entry);
      return group.lose(entry);
    };
    for (String command : List.of("b", "c")) {
      CompletableFuture<byte[]> answer = session.propose(bytes(command));
      group.runFor(Duration.ofSeconds(2));
      assertThat(outcome(answer)).isEqualTo(OutcomeUnknownException.class.getSimpleName());
    }
    group.usualWay = group::apply;
    proposeUnwatched(bytes("d"));
    CompletableFuture<byte[]> unused = group.apply(late.get(0));
    assertThat(group.applied).as("before is open").containsOnlyKeys("a", "d", "b");
    group.runFor(Duration.ofSeconds(6));
    assertThat(outcome(before)).isEqualTo(OutcomeUnknownException.class.getSimpleName());
    proposeUnwatched(bytes("e"));
    unused = group.apply(late.get(late.size() - 1));
    assertThat(group.applied).containsOnlyKeys("a", "d", "b", "e");
  }

  /** Trap 50: an attempt is answered when its command has long ended. Nothing is told twice, nor counted twice. */
  @Test
  void trap50_lateAnswerOfAnEarlierAttemptChangesNothing() {
    RaftSession small = new RetryingSession(group, OPTIONS.withMaxPendingBytes(1000));
    assertThat(outcome(small.propose(bytes("a")))).isEqualTo("done a");
    CompletableFuture<byte[]> late = new CompletableFuture<>();
    group.ways.add(entry -> late);
    CompletableFuture<byte[]> answer = small.propose(new byte[600]);
    group.runFor(Duration.ofSeconds(2));
    assertThat(outcome(answer)).isEqualTo(OutcomeUnknownException.class.getSimpleName());
    late.complete(SessionAnswer.applied(9, bytes("late")).encode());
    group.runFor(Duration.ofMinutes(1));
    assertThat(outcome(answer)).isEqualTo(OutcomeUnknownException.class.getSimpleName());
    assertThat(small.lastAppliedIndex()).isEqualTo(2);
    group.usualWay = entry -> new CompletableFuture<>();
    assertThat(outcome(small.propose(new byte[600]))).isEqualTo("open");
    assertThat(outcome(small.propose(new byte[600])))
        .isEqualTo(OverloadedException.class.getSimpleName());
  }

  @Test
  void noMoreThanSoManyAreUnderWay() {
    proposeUnwatched(bytes("a"));
    List<CompletableFuture<byte[]>> open = new ArrayList<>();
    group.usualWay = entry -> {
      open.add(new CompletableFuture<>());
      return open.get(open.size() - 1);
    };
    for (int i = 0; i < 20; i++) {
      proposeUnwatched(bytes("b" + i));
    }
    assertThat(open).hasSize(5);
  }

  @Test
  void beyondItsBytesItRefusesAtOnce() {
    RaftSession small = new RetryingSession(group, OPTIONS.withMaxPendingBytes(1000));
    group.usualWay = entry -> new CompletableFuture<>();
    CompletableFuture<byte[]> first = small.propose(new byte[600]);
    CompletableFuture<byte[]> second = small.propose(new byte[600]);
    assertThat(outcome(first)).isEqualTo("open");
    assertThat(outcome(second)).isEqualTo(OverloadedException.class.getSimpleName());
    group.runFor(Duration.ofSeconds(2));
    assertThat(outcome(small.propose(new byte[600]))).isEqualTo("open");
  }

  /** Called overload, it would be asked again and again. */
  @Test
  void aCommandThatNeverHasRoomIsNotCalledOverload() {
    RaftSession small = new RetryingSession(group, OPTIONS.withMaxPendingBytes(1000));
    CompletableFuture<byte[]> never = small.propose(new byte[745]);
    assertThat(outcome(never)).isEqualTo(CommandTooLargeException.class.getSimpleName());
    assertThat(never.handle((answer, failure) -> ((CommandTooLargeException) failure).limitBytes()))
        .isCompletedWithValue(744);
    assertThat(outcome(small.propose(new byte[744]))).startsWith("done");
    RaftSession tiny = new RetryingSession(group, OPTIONS.withMaxPendingBytes(1));
    assertThat(outcome(tiny.propose(new byte[0])))
        .isEqualTo(CommandTooLargeException.class.getSimpleName());
  }

  /** A time that can't be added to a moment is just long, and gives back what it took of the budget. */
  @Test
  void deadlinesBeyondAllBoundsAreJustLong() {
    RaftSession small = new RetryingSession(group, OPTIONS.withMaxPendingBytes(1000));
    assertThat(outcome(small.propose(new byte[600], Duration.ofSeconds(Long.MIN_VALUE))))
        .isEqualTo("done " + new String(new byte[600], UTF_8));
    group.nowNanos = Duration.ofDays(1).toNanos();
    for (Duration endless : List.of(Duration.ofSeconds(Long.MAX_VALUE), Duration.ofDays(106_751))) {
      CompletableFuture<byte[]> late = new CompletableFuture<>();
      group.ways.add(entry -> late);
      CompletableFuture<byte[]> answer = small.propose(new byte[600], endless);
      group.runFor(Duration.ofDays(1));
      assertThat(outcome(answer)).as("%s", endless).isEqualTo("open");
      late.complete(SessionAnswer.applied(9, bytes("in the end")).encode());
      assertThat(outcome(answer)).as("%s", endless).isEqualTo("in the end");
    }
    group.usualWay = group::refuse;
    CompletableFuture<byte[]> none = small.propose(bytes("b"), Duration.ofSeconds(Long.MIN_VALUE));
    group.runFor(Duration.ZERO);
    assertThat(outcome(none)).isEqualTo(NotLeaderException.class.getSimpleName());
  }

  @Test
  void settingsBeyondAllBoundsAreRefused() {
    for (long seconds : new long[] {Long.MAX_VALUE, Long.MIN_VALUE}) {
      Duration endless = Duration.ofSeconds(seconds);
      assertThatThrownBy(() -> OPTIONS.withDeadline(endless))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> OPTIONS.withExpiry(endless))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> OPTIONS.withBackoff(endless, endless))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  /** All that wait for the session to be opened end with the refusal of that one attempt. */
  @Test
  void finalRefusalOfTheSessionIsNotAskedForAgain() {
    List<CompletableFuture<byte[]>> attempts = new ArrayList<>();
    group.usualWay = entry -> {
      attempts.add(new CompletableFuture<>());
      return attempts.get(attempts.size() - 1);
    };
    List<CompletableFuture<byte[]>> answers = new ArrayList<>();
    for (String command : List.of("a", "b", "c")) {
      answers.add(session.propose(bytes(command)));
    }
    attempts.get(0).completeExceptionally(new ShuttingDownException());
    assertThat(answers)
        .extracting(SessionGroup::outcome)
        .containsOnly(ShuttingDownException.class.getSimpleName());
    assertThat(attempts).hasSize(1);
    // Who comes later may have better luck.
    group.usualWay = group::apply;
    assertThat(outcome(session.propose(bytes("d")))).isEqualTo("done d");
  }

  /** It was applied, and another attempt would be answered in the same way. */
  @Test
  void finalFailureThatIsNoRefusalEndsItAtOnce() {
    proposeUnwatched(bytes("a"));
    group.ways.add(entry -> {
      CompletableFuture<byte[]> unused = group.apply(entry);
      return CompletableFuture.failedFuture(new AnswerTooLargeException("so long", group.index));
    });
    assertThat(outcome(session.propose(bytes("b"))))
        .isEqualTo(AnswerTooLargeException.class.getSimpleName());
    assertThat(session.lastAppliedIndex()).as("who reads on sees it").isEqualTo(3);
    assertThat(outcome(session.propose(bytes("c")))).isEqualTo("done c");
  }

  /** A connection may keep what was sent for long after its caller was told. */
  @Test
  void commandTakesFromTheBudgetForAsLongAsItIsUnderWay() {
    RaftSession small = new RetryingSession(group, OPTIONS.withMaxPendingBytes(1024));
    assertThat(outcome(small.propose(bytes("a")))).isEqualTo("done a");
    CompletableFuture<byte[]> attempt = new CompletableFuture<>();
    group.ways.add(entry -> attempt);
    CompletableFuture<byte[]> late = small.propose(new byte[600]);
    group.runFor(Duration.ofMinutes(1));
    assertThat(outcome(late)).isEqualTo(OutcomeUnknownException.class.getSimpleName());
    assertThat(outcome(small.propose(new byte[600])))
        .isEqualTo(OverloadedException.class.getSimpleName());
    attempt.completeExceptionally(new OutcomeUnknownException("the connection ended"));
    assertThat(outcome(small.propose(new byte[600]))).startsWith("done");
  }

  @Test
  void finalRefusalEndsItAtOnce() {
    group.usualWay = entry -> CompletableFuture.failedFuture(new ShuttingDownException());
    assertThat(outcome(session.propose(bytes("a"))))
        .isEqualTo(ShuttingDownException.class.getSimpleName());
  }

  @Test
  void pausesGrowAndDiffer() {
    proposeUnwatched(bytes("a"));
    List<Long> moments = new ArrayList<>();
    group.usualWay = entry -> {
      moments.add(group.nowNanos);
      return group.refuse(entry);
    };
    proposeUnwatched(bytes("b"));
    group.runFor(Duration.ofSeconds(2));
    assertThat(moments).hasSizeBetween(8, 14);
    long last = 0;
    for (int i = 1; i < 7; i++) {
      long pause = moments.get(i) - moments.get(i - 1);
      long longest = 10_000_000L << (i - 1);
      assertThat(pause).isBetween(longest / 2, longest);
      assertThat(pause).isNotEqualTo(2 * last);
      last = pause;
    }
  }
}
