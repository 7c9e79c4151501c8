package io.github.balsaraft.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.api.AnswerTooLargeException;
import io.github.balsaraft.api.NotLeaderException;
import io.github.balsaraft.api.OutcomeUnknownException;
import io.github.balsaraft.api.OverloadedException;
import io.github.balsaraft.api.RaftException;
import io.github.balsaraft.api.RaftSession;
import io.github.balsaraft.api.SessionExpiredException;
import io.github.balsaraft.api.SessionOptions;
import io.github.balsaraft.api.ShuttingDownException;
import io.github.balsaraft.model.SessionAnswer;
import io.github.balsaraft.model.SessionEntry;
import io.github.balsaraft.session.RetryingSession;
import io.github.balsaraft.session.SessionChannel;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Both sides of sessions together: whatever becomes of the attempts, each command ends once and truthfully. */
class SessionRetriesTest {

  private static final SessionOptions OPTIONS = SessionOptions.defaults()
      .withDeadline(Duration.ofSeconds(2))
      .withExpiry(Duration.ofSeconds(5))
      .withMaxInFlight(5);

  /** A group of one table, virtual time, and an attempt whose way is decided by the test. */
  private static class Group implements SessionChannel {
    final Random random;
    final Map<String, Integer> applied = new LinkedHashMap<>();
    final PriorityQueue<Timer> timers = new PriorityQueue<>(
        Comparator.comparingLong(Timer::atNanos).thenComparingLong(Timer::order));
    final List<byte[]> entries = new ArrayList<>();
    final ArrayDeque<Function<byte[], CompletableFuture<byte[]>>> ways = new ArrayDeque<>();
    SessionTable table = new SessionTable();
    Function<byte[], CompletableFuture<byte[]>> usualWay = this::apply;
    long nowNanos;
    long index;
    long logTimeMillis;
    boolean closed;
    private long order;

    Group(long seed) {
      random = new Random(seed);
    }

    CompletableFuture<byte[]> apply(byte[] entry) {
      entries.add(entry);
      logTimeMillis = Math.max(logTimeMillis, nowNanos / 1_000_000);
      return CompletableFuture.completedFuture(table
          .apply(++index, logTimeMillis, SessionEntry.decode(ByteBuffer.wrap(entry)), content -> {
            String command = UTF_8.decode(content).toString();
            applied.merge(command, 1, Integer::sum);
            return ("done " + command).getBytes(UTF_8);
          })
          .encode());
    }

    CompletableFuture<byte[]> lose(byte[] entry) {
      return CompletableFuture.failedFuture(new OutcomeUnknownException("lost"));
    }

    CompletableFuture<byte[]> refuse(byte[] entry) {
      return CompletableFuture.failedFuture(new NotLeaderException(null, "no leader"));
    }

    CompletableFuture<byte[]> applyAndLoseAnswer(byte[] entry) {
      CompletableFuture<byte[]> unused = apply(entry);
      return lose(entry);
    }

    @Override
    public CompletableFuture<byte[]> propose(byte[] entry) {
      return (ways.isEmpty() ? usualWay : ways.removeFirst()).apply(entry);
    }

    @Override
    public boolean isFinal(RaftException failure) {
      return failure instanceof ShuttingDownException || failure instanceof AnswerTooLargeException;
    }

    @Override
    public long nowNanos() {
      return nowNanos;
    }

    @Override
    public long nextRandom() {
      return random.nextLong();
    }

    @Override
    public Runnable schedule(long atNanos, Runnable task) {
      Timer timer = new Timer(atNanos, ++order, task);
      timers.add(timer);
      return () -> timers.remove(timer);
    }

    @Override
    public Executor executor() {
      return Runnable::run;
    }

    @Override
    public void closed(RetryingSession session) {
      closed = true;
    }

    void runFor(Duration time) {
      long end = nowNanos + time.toNanos();
      while (!timers.isEmpty() && timers.peek().atNanos <= end) {
        Timer next = timers.remove();
        nowNanos = Math.max(nowNanos, next.atNanos);
        next.task.run();
      }
      nowNanos = end;
    }

    private record Timer(long atNanos, long order, Runnable task) {}
  }

  private final Group group = new Group(1);
  private final RaftSession session = new RetryingSession(group, OPTIONS);

  /** For its effect only. */
  private void proposeUnwatched(byte[] command) {
    CompletableFuture<byte[]> unused = session.propose(command);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static String outcome(CompletableFuture<byte[]> future) {
    if (!future.isDone()) {
      return "open";
    }
    try {
      return new String(future.join(), UTF_8);
    } catch (java.util.concurrent.CompletionException e) {
      return e.getCause().getClass().getSimpleName();
    }
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
    Group stuck = new Group(1) {
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
    Group stuck = new Group(1) {
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
        .extracting(SessionRetriesTest::outcome)
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

  /**
   * Trap 49: attempts are refused, lost, applied late, or applied and their answers lost; the table is restored from its stored form,
   * and so small that sessions give way; log time leaps, so that they expire.
   */
  @Test
  void trap49_whateverHappensEachCommandIsAppliedOnceAtMostAndToldTheTruth() {
    int expired = 0;
    int unknown = 0;
    int answered = 0;
    for (int seed = 0; seed < 400; seed++) {
      Run run = new Run(seed);
      run.go();
      expired += run.count("SessionExpiredException");
      unknown += run.count("OutcomeUnknownException");
      answered += run.count("done");
    }
    assertThat(expired).isGreaterThan(20);
    assertThat(unknown).isGreaterThan(20);
    assertThat(answered).isGreaterThan(5000);
  }

  private static final class Run {
    private final Group group;
    private final Random random;
    private final int seed;
    private final Map<String, CompletableFuture<byte[]>> asked = new LinkedHashMap<>();

    Run(int seed) {
      this.seed = seed;
      group = new Group(seed);
      random = new Random(~seed);
      group.table = new SessionTable(2, 500_000);
      group.usualWay = this::attempt;
    }

    void go() {
      List<RaftSession> sessions = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        sessions.add(new RetryingSession(group, OPTIONS));
      }
      for (int i = 0; i < 60; i++) {
        String command = "c" + i;
        asked.put(command, sessions.get(random.nextInt(3)).propose(bytes(command)));
        group.runFor(Duration.ofMillis(random.nextInt(200)));
        if (random.nextInt(15) == 0) {
          group.table = SessionTable.decode(group.table.capture().encode(), 2, 500_000);
        }
        if (random.nextInt(40) == 0) {
          group.logTimeMillis += 4000;
        }
      }
      group.runFor(Duration.ofMinutes(1));
      asked.forEach((command, future) -> {
        String outcome = outcome(future);
        int times = group.applied.getOrDefault(command, 0);
        assertThat(times).as("seed %s, %s: %s", seed, command, outcome).isLessThanOrEqualTo(1);
        if (outcome.startsWith("done")) {
          assertThat(outcome).isEqualTo("done " + command);
          assertThat(times).as("seed %s, %s", seed, command).isEqualTo(1);
        } else if (!outcome.equals("OutcomeUnknownException")
            && !outcome.equals("SessionExpiredException")) {
          assertThat(outcome).isEqualTo("NotLeaderException");
          assertThat(times).as("seed %s, %s: %s", seed, command, outcome).isZero();
        }
      });
    }

    int count(String outcome) {
      return (int) asked.values().stream()
          .filter(future -> outcome(future).startsWith(outcome))
          .count();
    }

    private CompletableFuture<byte[]> attempt(byte[] entry) {
      CompletableFuture<byte[]> answer = new CompletableFuture<>();
      int kind = random.nextInt(100);
      long afterNanos = random.nextInt(kind < 4 ? 4000 : 300) * 1_000_000L;
      Runnable unused = group.schedule(group.nowNanos + afterNanos, () -> arrive(entry, answer));
      if (kind < 4) {
        // As when a leader is deposed: unknown first, and applied long after.
        answer.completeExceptionally(new OutcomeUnknownException("deposed"));
      }
      return answer;
    }

    private void arrive(byte[] entry, CompletableFuture<byte[]> answer) {
      int kind = answer.isDone() ? 99 : random.nextInt(100);
      if (kind < 15) {
        answer.completeExceptionally(new NotLeaderException(null, "no leader"));
      } else if (kind < 25) {
        answer.completeExceptionally(new OutcomeUnknownException("lost"));
      } else {
        byte[] result = group.apply(entry).join();
        if (kind < 40) {
          answer.completeExceptionally(new OutcomeUnknownException("its answer was lost"));
        } else {
          answer.complete(result);
        }
      }
    }
  }
}
