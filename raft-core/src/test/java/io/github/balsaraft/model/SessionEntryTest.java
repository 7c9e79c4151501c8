package io.github.balsaraft.model;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.testing.GoldenBytes;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The stored form of what sessions ask for, and of what they are answered. */
class SessionEntryTest {

  private static final Path GOLDEN = Path.of("src/test/testdata/golden/sessions.txt");

  private static Map<String, byte[]> entries() {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("open", SessionEntry.open(600_000));
    entries.put("command", SessionEntry.command(0x0102030405L, 7, 5, "set x".getBytes(UTF_8)));
    entries.put(
        "empty-command", SessionEntry.command(Long.MAX_VALUE, Long.MAX_VALUE, 1, new byte[0]));
    entries.put("close", SessionEntry.close(12));
    return entries;
  }

  private static Map<String, byte[]> all() {
    Map<String, byte[]> all = new LinkedHashMap<>(entries());
    all.put(
        "answer-applied", SessionAnswer.applied(99, "result".getBytes(UTF_8)).encode());
    for (SessionAnswer.Verdict verdict : SessionAnswer.Verdict.values()) {
      all.put("answer-" + verdict.name(), SessionAnswer.refused(verdict).encode());
    }
    return all;
  }

  private static SessionEntry read(byte[] payload) {
    return SessionEntry.decode(ByteBuffer.wrap(payload));
  }

  @Test
  void isReadAsItWasWritten() {
    assertThat(read(entries().get("open"))).isEqualTo(new SessionEntry.Open(600_000));
    assertThat(read(entries().get("close"))).isEqualTo(new SessionEntry.Close(12));
    assertThat(read(entries().get("command")))
        .isEqualTo(new SessionEntry.Command(
            0x0102030405L, 7, 5, ByteBuffer.wrap("set x".getBytes(UTF_8))));
  }

  @Test
  void answersAreReadAsTheyWereWritten() {
    SessionAnswer read =
        SessionAnswer.decode(SessionAnswer.applied(99, "result".getBytes(UTF_8)).encode());
    assertThat(read.verdict()).isEqualTo(SessionAnswer.Verdict.APPLIED);
    assertThat(read.index()).isEqualTo(99);
    assertThat(read.result()).asString(UTF_8).isEqualTo("result");
    for (SessionAnswer.Verdict verdict : SessionAnswer.Verdict.values()) {
      byte[] refused = SessionAnswer.refused(verdict).encode();
      assertThat(SessionAnswer.decode(refused).verdict()).isEqualTo(verdict);
    }
  }

  @Test
  void overheadIsWhatACommandTakesBesidesItself() {
    assertThat(SessionEntry.command(1, 1, 1, new byte[3])).hasSize(SessionEntry.OVERHEAD_BYTES + 3);
  }

  /** A replica that skipped them would diverge from those that can read them. */
  @Test
  void newerKindsAndFormatsAreNamed() {
    for (int position : new int[] {0, 1}) {
      byte[] newer = SessionEntry.close(12);
      newer[position] = 9;
      assertThatThrownBy(() -> read(newer)).isInstanceOf(UnknownFormatException.class);
      byte[] newerAnswer = SessionAnswer.applied(1, new byte[0]).encode();
      newerAnswer[position] = 9;
      assertThatThrownBy(() -> SessionAnswer.decode(newerAnswer))
          .isInstanceOf(UnknownFormatException.class);
    }
  }

  @Test
  void contradictionsAreRefused() {
    for (byte[] entry : entries().values()) {
      int shortest = Math.min(entry.length, SessionEntry.OVERHEAD_BYTES);
      for (int length = 0; length < shortest; length++) {
        byte[] cut = Arrays.copyOf(entry, length);
        assertThatThrownBy(() -> read(cut)).isInstanceOf(CorruptDataException.class);
      }
    }
    byte[] longer = Arrays.copyOf(SessionEntry.close(12), 11);
    for (byte[] wrong : new byte[][] {
      longer,
      SessionEntry.open(0),
      SessionEntry.close(-1),
      SessionEntry.command(0, 1, 1, new byte[0]),
      SessionEntry.command(1, 1, 0, new byte[0]),
      SessionEntry.command(1, 4, 5, new byte[0])
    }) {
      assertThatThrownBy(() -> read(wrong)).isInstanceOf(CorruptDataException.class);
    }
    assertThatThrownBy(() -> SessionAnswer.decode(new byte[9]))
        .isInstanceOf(CorruptDataException.class);
  }

  @Test
  void bytesAreThoseOfTheFirstRelease() {
    GoldenBytes.assertMatches(GOLDEN, "entries of sessions and their answers, version 1", all());
  }
}
