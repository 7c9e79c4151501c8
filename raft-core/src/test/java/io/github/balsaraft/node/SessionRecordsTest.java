package io.github.balsaraft.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.api.SessionRecord;
import io.github.balsaraft.model.CorruptDataException;
import io.github.balsaraft.model.SessionEntry;
import io.github.balsaraft.model.UnknownFormatException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Sessions that a state machine on disk keeps with its own state. */
class SessionRecordsTest {

  private static final int MAX_SESSIONS = 5;
  private static final long MAX_KEPT_BYTES = 2_000;

  @SuppressWarnings("ArrayRecordComponent")
  private record Logged(long index, long logTimeMillis, byte[] entry) {}

  /** A database: what was written, by key. */
  private static void write(Map<ByteBuffer, byte[]> database, List<SessionRecord> records) {
    for (SessionRecord record : records) {
      if (record.isDeleted()) {
        database.remove(ByteBuffer.wrap(record.key()));
      } else {
        database.put(ByteBuffer.wrap(record.key()), record.value());
      }
    }
  }

  @SuppressWarnings("ByteBufferBackingArray") // Each wraps the whole array of a key.
  private static List<SessionRecord> all(Map<ByteBuffer, byte[]> database) {
    List<SessionRecord> records = new ArrayList<>();
    database.forEach((key, value) -> records.add(SessionRecord.of(key.array(), value)));
    return records;
  }

  private static SessionTable recover(Map<ByteBuffer, byte[]> database) {
    return SessionTable.ofRecords(all(database), MAX_SESSIONS, MAX_KEPT_BYTES);
  }

  private static byte[] apply(SessionTable table, Logged logged) {
    return table
        .apply(
            logged.index,
            logged.logTimeMillis,
            SessionEntry.decode(ByteBuffer.wrap(logged.entry)),
            content -> new byte[100 + content.remaining() % 7])
        .encode();
  }

  /** Few sessions and numbers, so that they meet, and all limits are reached. */
  private static List<Logged> log(Random random) {
    List<Logged> log = new ArrayList<>();
    List<Long> opened = new ArrayList<>(List.of(1L));
    long logTimeMillis = 1_000_000;
    long index = 0;
    for (int i = 0; i < 400; i++) {
      index += 1 + random.nextInt(2);
      logTimeMillis += random.nextInt(400);
      long session = opened.get(opened.size() - 1 - random.nextInt(Math.min(7, opened.size())));
      long lowest = 1L + i / 20;
      int kind = random.nextInt(20);
      byte[] entry = kind < 2
          ? SessionEntry.open(5_000)
          : kind == 2
              ? SessionEntry.close(session)
              : SessionEntry.command(
                  session, lowest + random.nextInt(12), lowest, ("c" + i).getBytes(UTF_8));
      if (kind < 2) {
        opened.add(index);
      }
      log.add(new Logged(index, logTimeMillis, entry));
    }
    return log;
  }

  @Test
  @DisplayName("trap 46: whenever it crashes, the sessions are of the same moment as the state")
  void trap46_sessionsOfTheSameMomentAsTheState() {
    for (int seed = 1; seed <= 60; seed++) {
      Random random = new Random(seed);
      List<Logged> log = log(random);
      SessionTable expected = new SessionTable(MAX_SESSIONS, MAX_KEPT_BYTES);
      List<byte[]> answers = log.stream().map(logged -> apply(expected, logged)).toList();

      Map<ByteBuffer, byte[]> database = new TreeMap<>();
      SessionTable table = recover(database);
      int written = 0;
      for (int at = 0; at < log.size(); at++) {
        assertThat(apply(table, log.get(at)))
            .as("answer %s of seed %s", at, seed)
            .isEqualTo(answers.get(at));
        if (random.nextInt(6) == 0) {
          write(database, table.takeChangedRecords());
          written = at + 1;
        }
        if (random.nextInt(25) == 0) {
          table = recover(database);
          at = written - 1;
        }
      }
      write(database, table.takeChangedRecords());
      assertThat(recover(database).capture().encode())
          .as("seed %s", seed)
          .isEqualTo(expected.capture().encode());
      assertThat(database).hasSameSizeAs(expected.recordsInPlaceOf(List.of()));
    }
  }

  /** From a snapshot, whose form is another, onto what was there before. */
  @Test
  void recordsAreReplacedByTheSessionsOfASnapshot() {
    for (int seed = 1; seed <= 20; seed++) {
      List<Logged> log = log(new Random(seed));
      Map<ByteBuffer, byte[]> database = new TreeMap<>();
      SessionTable behind = recover(database);
      log.subList(0, 150).forEach(logged -> apply(behind, logged));
      write(database, behind.takeChangedRecords());
      SessionTable ahead = new SessionTable(MAX_SESSIONS, MAX_KEPT_BYTES);
      log.subList(0, 300).forEach(logged -> apply(ahead, logged));

      SessionTable restored =
          SessionTable.decode(ahead.capture().encode(), MAX_SESSIONS, MAX_KEPT_BYTES);
      restored.keepRecords();
      write(database, restored.recordsInPlaceOf(all(database)));
      assertThat(recover(database).capture().encode()).isEqualTo(ahead.capture().encode());

      // And it goes on from there as if nothing had been.
      for (Logged logged : log.subList(300, 400)) {
        assertThat(apply(restored, logged)).isEqualTo(apply(ahead, logged));
      }
      write(database, restored.takeChangedRecords());
      assertThat(recover(database).capture().encode()).isEqualTo(ahead.capture().encode());
    }
  }

  @Test
  void storedFormStaysAsItIs() {
    SessionTable table = SessionTable.ofRecords(List.of());
    apply(table, new Logged(7, 1_000, SessionEntry.open(60_000)));
    apply(table, new Logged(9, 2_000, SessionEntry.command(7, 3, 2, new byte[0])));
    HexFormat hex = HexFormat.of();
    List<SessionRecord> records = table.takeChangedRecords();
    assertThat(records)
        .extracting(record -> hex.formatHex(record.key()))
        .containsExactly("00000000000000070000000000000000", "00000000000000070000000000000003");
    assertThat(hex.formatHex(records.get(0).value()))
        .isEqualTo("01" + "000000000000ea60" + "00000000000007d0" + "0000000000000009"
            + "0000000000000002");
    assertThat(hex.formatHex(records.get(1).value()))
        .startsWith("0101" + "0000000000000009")
        .hasSize(2 * (10 + 100));
    assertThat(table.takeChangedRecords()).isEmpty();
  }

  @Test
  void whatCannotBeRecordsIsRefused() {
    byte[] key = new byte[16];
    key[7] = 1;
    byte[] answerKey = key.clone();
    answerKey[15] = 1;
    byte[] newer = new byte[33];
    newer[0] = 2;
    assertThatThrownBy(() -> SessionTable.ofRecords(List.of(SessionRecord.of(key, newer))))
        .isInstanceOf(UnknownFormatException.class);
    assertThatThrownBy(() -> SessionTable.ofRecords(List.of(SessionRecord.of(key, new byte[0]))))
        .isInstanceOf(CorruptDataException.class);
    assertThatThrownBy(
            () -> SessionTable.ofRecords(List.of(SessionRecord.of(new byte[15], new byte[33]))))
        .isInstanceOf(CorruptDataException.class);
    assertThatThrownBy(
            () -> SessionTable.ofRecords(List.of(SessionRecord.of(answerKey, new byte[10]))))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining("not the session");
  }
}
