package io.github.balsaraft.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.api.CommandRejectedException;
import io.github.balsaraft.model.CorruptDataException;
import io.github.balsaraft.model.SessionAnswer;
import io.github.balsaraft.model.SessionAnswer.Verdict;
import io.github.balsaraft.model.SessionEntry;
import io.github.balsaraft.model.UnknownFormatException;
import io.github.balsaraft.testing.GoldenBytes;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** Which commands are applied and which are answered from memory, and who is forgotten first. */
class SessionTableTest {

  private static final Path GOLDEN = Path.of("src/test/testdata/golden/session-tables.txt");
  private static final long TIMEOUT = 60_000;

  private SessionTable table = new SessionTable();
  private final List<String> applied = new ArrayList<>();
  private int resultBytes;
  private long index;
  private long logTime = 1_000_000;

  private SessionAnswer apply(byte[] entry) {
    return table.apply(++index, logTime, SessionEntry.decode(ByteBuffer.wrap(entry)), content -> {
      String command = UTF_8.decode(content).toString();
      applied.add(command);
      if (command.startsWith("reject")) {
        throw new CommandRejectedException("no " + command);
      }
      return resultBytes > 0 ? new byte[resultBytes] : (command + "!").getBytes(UTF_8);
    });
  }

  private long open() {
    return apply(SessionEntry.open(TIMEOUT)).index();
  }

  private SessionAnswer command(long session, long sequence, long lowest, String command) {
    return apply(SessionEntry.command(session, sequence, lowest, command.getBytes(UTF_8)));
  }

  private static String text(SessionAnswer answer) {
    return answer.verdict() == Verdict.APPLIED
        ? new String(answer.result(), UTF_8) + "@" + answer.index()
        : answer.verdict().name();
  }

  @Test
  void secondCopyIsAnsweredWithTheFirstResult() {
    long session = open();
    assertThat(text(command(session, 1, 1, "a"))).isEqualTo("a!@2");
    assertThat(text(command(session, 2, 1, "b"))).isEqualTo("b!@3");
    assertThat(text(command(session, 1, 1, "a"))).isEqualTo("a!@2");
    assertThat(text(command(session, 2, 2, "b"))).isEqualTo("b!@3");
    assertThat(applied).containsExactly("a", "b");
  }

  @Test
  void rejectionIsKeptAsAResultIs() {
    long session = open();
    assertThat(command(session, 1, 1, "reject").reason()).isEqualTo("no reject");
    assertThat(text(command(session, 2, 1, "b"))).isEqualTo("b!@3");
    table = SessionTable.decode(table.capture().encode());
    SessionAnswer again = command(session, 1, 1, "reject");
    assertThat(again.verdict()).isEqualTo(Verdict.REJECTED);
    assertThat(again.reason()).isEqualTo("no reject");
    assertThat(again.index()).isEqualTo(2);
    assertThat(applied).containsExactly("reject", "b");
  }

  /** Another thread writes it out while commands go on. */
  @Test
  void whatWasCapturedDoesNotChangeAnyMore() {
    long first = open();
    long second = open();
    command(first, 1, 1, "a");
    command(second, 1, 1, "b");
    CapturedSessions captured = table.capture();
    byte[] before = captured.encode();
    command(first, 2, 1, "c");
    command(second, 2, 2, "d");
    apply(SessionEntry.close(first));
    assertThat(captured.encode()).isEqualTo(before);
    assertThat(table.capture().encode()).isNotEqualTo(before);
    assertThat(SessionTable.decode(before).size()).isEqualTo(2);
  }

  @Test
  void answersAreSharedWithWhatIsCapturedAndIdleSessionsToo() {
    long first = open();
    long second = open();
    command(first, 1, 1, "a");
    CapturedSessions.Session idle = table.capture().sessions().get(0);
    assertThat(idle.id()).isEqualTo(second);
    command(first, 2, 1, "b");
    CapturedSessions again = table.capture();
    assertThat(again.sessions().get(0)).isSameAs(idle);
    assertThat(again.sessions().get(1).answers()).hasSize(2);
  }

  /** A copy can come very late: when its client has long had the answer, or has given up. */
  @Test
  void whatIsBelowTheLowestUnansweredIsNotAppliedAnyMore() {
    long session = open();
    command(session, 3, 3, "c");
    assertThat(text(command(session, 2, 1, "b"))).isEqualTo("FORGOTTEN");
    assertThat(text(command(session, 3, 1, "c"))).isEqualTo("c!@2");
    assertThat(applied).containsExactly("c");
  }

  @Test
  void sessionsDoNotKnowEachOthersNumbers() {
    long one = open();
    long other = open();
    command(one, 1, 1, "a");
    assertThat(text(command(other, 1, 1, "b"))).isEqualTo("b!@4");
  }

  @Test
  void answeredResultsAreLetGo() {
    long session = open();
    for (int i = 1; i <= 100; i++) {
      command(session, i, i, "x");
    }
    assertThat(table.keptBytes()).isEqualTo(2 + OpenSession.RESULT_OVERHEAD_BYTES);
  }

  @Test
  void unusedSessionExpiresByLogTimeAlone() {
    long session = open();
    command(session, 1, 1, "a");
    logTime += TIMEOUT;
    assertThat(text(command(session, 1, 1, "a"))).isEqualTo("a!@2");
    logTime += TIMEOUT;
    assertThat(text(command(session, 1, 1, "a"))).isEqualTo("a!@2");
    logTime += TIMEOUT + 1;
    assertThat(text(command(session, 1, 1, "a"))).isEqualTo("EXPIRED");
    assertThat(text(command(session, 2, 1, "b"))).isEqualTo("EXPIRED");
    assertThat(applied).containsExactly("a");
    assertThat(table.isEmpty()).isTrue();
    assertThat(table.keptBytes()).isZero();
  }

  @Test
  void anySessionsEntryRemovesWhatHasExpired() {
    open();
    logTime += 2 * TIMEOUT;
    open();
    assertThat(table.size()).isEqualTo(1);
  }

  @Test
  void timeoutsAreKeptWithinBounds() {
    long hasty = apply(SessionEntry.open(1)).index();
    long patient = apply(SessionEntry.open(Long.MAX_VALUE)).index();
    logTime += SessionTable.MIN_TIMEOUT_MILLIS;
    assertThat(text(command(hasty, 1, 1, "a"))).startsWith("a!");
    logTime += SessionTable.MAX_TIMEOUT_MILLIS - SessionTable.MIN_TIMEOUT_MILLIS;
    assertThat(text(command(patient, 1, 1, "b"))).startsWith("b!");
    logTime += SessionTable.MAX_TIMEOUT_MILLIS + 1;
    assertThat(text(command(patient, 2, 2, "c"))).isEqualTo("EXPIRED");
  }

  @Test
  void closedSessionIsGone() {
    long session = open();
    assertThat(apply(SessionEntry.close(session)).verdict()).isEqualTo(Verdict.APPLIED);
    assertThat(apply(SessionEntry.close(session)).verdict()).isEqualTo(Verdict.EXPIRED);
    assertThat(text(command(session, 1, 1, "a"))).isEqualTo("EXPIRED");
    assertThat(applied).isEmpty();
  }

  @Test
  void whoWasNotUsedForLongestGivesWayToOneTooMany() {
    table = new SessionTable(3, Long.MAX_VALUE);
    long first = open();
    long second = open();
    long third = open();
    command(first, 1, 1, "a");
    long fourth = open();
    assertThat(text(command(second, 1, 1, "b"))).isEqualTo("EXPIRED");
    for (long session : new long[] {first, third, fourth}) {
      assertThat(command(session, 2, 1, "c").verdict()).isEqualTo(Verdict.APPLIED);
    }
    assertThat(table.size()).isEqualTo(3);
  }

  /** As of clients that ask again and again while nothing is applied: they know of their last ones only. */
  @Test
  void whoWasNeverUsedGivesWayFirst() {
    table = new SessionTable(4, Long.MAX_VALUE);
    long used = open();
    command(used, 1, 1, "a");
    long answered = open();
    command(answered, 1, 1, "b");
    command(answered, 2, 2, "c");
    long given = open();
    long upToDate = open();
    logTime += TIMEOUT / SessionTable.ABANDONED_PART;
    long fifth = open();
    assertThat(text(command(given, 1, 1, "d"))).isEqualTo("EXPIRED");
    long sixth = open();
    assertThat(text(command(upToDate, 1, 1, "d"))).isEqualTo("EXPIRED");
    for (long session : new long[] {used, answered, fifth, sixth}) {
      assertThat(command(session, 9, 9, "e").verdict()).isEqualTo(Verdict.APPLIED);
    }
  }

  /** Else two that come at the same time would drive each other out. */
  @Test
  void whoHasJustOpenedOneIsGivenTimeToUseIt() {
    table = new SessionTable(2, Long.MAX_VALUE);
    long used = open();
    command(used, 1, 1, "a");
    long mayBeUsedSoon = open();
    logTime += TIMEOUT / SessionTable.ABANDONED_PART - 1;
    open();
    assertThat(text(command(used, 2, 2, "b"))).isEqualTo("EXPIRED");
    assertThat(command(mayBeUsedSoon, 1, 1, "c").verdict()).isEqualTo(Verdict.APPLIED);
  }

  @Test
  void whoWasNotUsedForLongestGivesWayToTooManyBytes() {
    table = new SessionTable(10, 1000);
    resultBytes = 300;
    long first = open();
    long second = open();
    command(second, 1, 1, "a");
    command(first, 1, 1, "b");
    command(first, 2, 1, "c");
    assertThat(text(command(second, 1, 1, "a"))).isEqualTo("EXPIRED");
    assertThat(table.keptBytes()).isEqualTo(2 * (300 + OpenSession.RESULT_OVERHEAD_BYTES));
    // The one that is used stays, whatever it keeps.
    command(first, 3, 1, "d");
    assertThat(command(first, 1, 1, "b").verdict()).isEqualTo(Verdict.APPLIED);
    assertThat(applied).containsExactly("a", "b", "c", "d");
  }

  @Test
  void sessionThatFetchesNoAnswersHasToWait() {
    long session = open();
    resultBytes = (int) SessionTable.MAX_SESSION_BYTES;
    command(session, 2, 1, "b");
    assertThat(text(command(session, 3, 1, "c"))).isEqualTo("FULL");
    // The lowest is what everything waits for.
    assertThat(command(session, 1, 1, "a").verdict()).isEqualTo(Verdict.APPLIED);
    assertThat(command(session, 3, 3, "c").verdict()).isEqualTo(Verdict.APPLIED);
    assertThat(applied).containsExactly("b", "a", "c");
  }

  @Test
  void sessionCanNotRunFarAheadOfItsLowestUnanswered() {
    long session = open();
    assertThat(text(command(session, SessionTable.MAX_UNANSWERED + 1, 1, "a"))).isEqualTo("FULL");
    assertThat(command(session, SessionTable.MAX_UNANSWERED, 1, "b").verdict())
        .isEqualTo(Verdict.APPLIED);
  }

  // ------------------------------------------------------------------ in snapshots

  private SessionTable withSomething() {
    long first = open();
    long second = open();
    command(second, 1, 1, "a");
    command(second, 3, 1, "c");
    logTime += 5;
    command(first, 7, 6, "");
    return table;
  }

  /** Trap 49: a replica that was restored, or that restarts, must not apply the second copy. */
  @Test
  void trap49_restoredSessionsKnowWhatWasApplied() {
    table = SessionTable.decode(withSomething().capture().encode());
    int before = applied.size();
    assertThat(text(command(2, 1, 1, "a"))).isEqualTo("a!@3");
    assertThat(text(command(2, 3, 1, "c"))).isEqualTo("c!@4");
    assertThat(text(command(1, 7, 1, ""))).isEqualTo("!@5");
    assertThat(text(command(1, 5, 1, "z"))).isEqualTo("FORGOTTEN");
    assertThat(applied).hasSize(before);
  }

  /**
   * Trap 49: whether it went on, or was restored from a snapshot at any moment in between, a replica decides the same. Small limits
   * and long pauses have sessions give way and expire.
   */
  @Test
  void trap49_restoredAtAnyMomentItDecidesTheSame() {
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      SessionTable steady = new SessionTable(4, 2000);
      SessionTable restored = new SessionTable(4, 2000);
      long time = 0;
      for (long at = 1; at < 200; at++) {
        time += random.nextInt(20) == 0 ? random.nextInt(5000) : random.nextInt(50);
        byte[] entry = randomEntry(random, at);
        assertThat(outcome(restored, at, time, entry))
            .as("seed %s, index %s", seed, at)
            .isEqualTo(outcome(steady, at, time, entry));
        assertThat(restored.capture().encode()).isEqualTo(steady.capture().encode());
        if (random.nextInt(10) == 0) {
          restored = SessionTable.decode(restored.capture().encode(), 4, 2000);
          assertThat(restored.keptBytes()).isEqualTo(steady.keptBytes());
        }
      }
    }
  }

  private static byte[] randomEntry(Random random, long at) {
    long session = 1L + random.nextInt((int) Math.min(at, 60));
    int kind = random.nextInt(20);
    if (kind < 3) {
      return SessionEntry.open(1 + random.nextInt(6000));
    }
    if (kind == 3) {
      return SessionEntry.close(session);
    }
    long lowest = 1L + random.nextInt(6);
    return SessionEntry.command(session, lowest + random.nextInt(6), lowest, new byte[] {1});
  }

  /** The result names the entry that was applied, so a second application would show. */
  private static String outcome(SessionTable table, long at, long time, byte[] entry) {
    SessionAnswer answer = table.apply(
        at, time, SessionEntry.decode(ByteBuffer.wrap(entry)), content -> new byte[(int) at]);
    return answer.verdict() + " " + answer.index() + " " + answer.result().length;
  }

  @Test
  void bytesAreThoseOfTheFirstRelease() {
    Map<String, byte[]> actual = new LinkedHashMap<>();
    actual.put("none", new SessionTable().capture().encode());
    actual.put("two", withSomething().capture().encode());
    GoldenBytes.assertMatches(GOLDEN, "sessions in a snapshot, version 1", actual);
  }

  @Test
  void bytesOfTheFirstReleaseAreStillRead() {
    byte[] golden = GoldenBytes.read(GOLDEN).get("two");
    assertThat(SessionTable.decode(golden).capture().encode())
        .isEqualTo(withSomething().capture().encode());
  }

  @Test
  void anyDamageIsNoticed() {
    byte[] stored = withSomething().capture().encode();
    for (int bit = 0; bit < stored.length * 8; bit++) {
      byte[] damaged = stored.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      assertThatThrownBy(() -> SessionTable.decode(damaged))
          .isInstanceOf(CorruptDataException.class);
    }
    for (int length = 0; length < stored.length; length++) {
      byte[] cut = Arrays.copyOf(stored, length);
      assertThatThrownBy(() -> SessionTable.decode(cut)).isInstanceOf(CorruptDataException.class);
    }
  }

  @Test
  void newerVersionIsNotTakenForDamage() {
    byte[] newer = withSomething().capture().encode();
    newer[0] = 2;
    CRC32C crc = new CRC32C();
    crc.update(newer, 0, newer.length - 4);
    ByteBuffer.wrap(newer).putInt(newer.length - 4, (int) crc.getValue());
    assertThatThrownBy(() -> SessionTable.decode(newer)).isInstanceOf(UnknownFormatException.class);
  }
}
