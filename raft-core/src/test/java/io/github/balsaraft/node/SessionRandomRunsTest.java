package io.github.balsaraft.node;

import static io.github.balsaraft.node.SessionGroup.OPTIONS;
import static io.github.balsaraft.node.SessionGroup.bytes;
import static io.github.balsaraft.node.SessionGroup.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.NotLeaderException;
import io.github.balsaraft.api.OutcomeUnknownException;
import io.github.balsaraft.session.RetryingSession;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Whatever becomes of the attempts, each command of a session ends once and truthfully. */
class SessionRandomRunsTest {

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
    private final SessionGroup group;
    private final Random random;
    private final int seed;
    private final Map<String, CompletableFuture<byte[]>> asked = new LinkedHashMap<>();

    Run(int seed) {
      this.seed = seed;
      group = new SessionGroup(seed);
      random = new Random(~seed);
      group.table = new SessionTable(2, 500_000);
      group.usualWay = this::attempt;
    }

    void go() {
      List<RetryingSession> sessions = new ArrayList<>();
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
      for (RetryingSession session : sessions) {
        assertThat(session.secondEnds()).as("seed %s", seed).isZero();
        assertThat(session.pendingBytes()).as("seed %s", seed).isZero();
      }
      asked.forEach((command, future) -> {
        String outcome = outcome(future);
        int times = group.applied.getOrDefault(command, 0);
        assertThat(times).as("seed %s, %s: %s", seed, command, outcome).isLessThanOrEqualTo(1);
        if (outcome.startsWith("done")) {
          assertThat(outcome).isEqualTo("done " + command);
          assertThat(times).as("seed %s, %s", seed, command).isEqualTo(1);
        } else if (!outcome.equals("OutcomeUnknownException")
            && !outcome.equals("SessionExpiredException")) {
          // The latter where sessions push each other out.
          assertThat(outcome).isIn("NotLeaderException", "OverloadedException");
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
