package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.id;
import static io.github.balsaraft.core.CoreHarness.voters;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.model.AppendEntries;
import io.github.balsaraft.model.AppendEntriesResponse;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.FetchEntries;
import io.github.balsaraft.model.FetchEntriesResponse;
import io.github.balsaraft.model.Heartbeat;
import io.github.balsaraft.model.InstallSnapshot;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.TimeoutNow;
import io.github.balsaraft.model.UnknownFormatException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Where the line runs between a message that may be meant seriously and nonsense: on both sides of it, one step away. */
class MessageRulesTest {

  private static final ReplicaId N1 = id("n1");
  private static final ReplicaId N2 = id("n2");
  private static final EntryId AFTER = new EntryId(3, 10);

  private static void assertAllowed(ProtocolMessage message) {
    assertThat(MessageRules.isAllowed(message)).as("%s", message).isTrue();
  }

  private static void assertNonsense(ProtocolMessage message) {
    assertThat(MessageRules.isAllowed(message)).as("%s", message).isFalse();
  }

  private static EntryBatch commands(long term, long firstIndex, int count) {
    Payloads payloads = new Payloads(EntryType.COMMAND, 16);
    for (int i = 0; i < count; i++) {
      payloads.add(new byte[] {1}, Payloads.checksum(new byte[] {1}));
    }
    return payloads.place(new EntryId(term, firstIndex), 0);
  }

  private static EntryBatch configuration(byte[]... encoded) {
    Payloads payloads = new Payloads(EntryType.CONFIGURATION, 16);
    for (byte[] one : encoded) {
      payloads.add(one, Payloads.checksum(one));
    }
    return payloads.place(new EntryId(3, 11), 0);
  }

  private static AppendEntries append(EntryId previous, EntryBatch... batches) {
    return new AppendEntries(N1, N2, 5, 1, previous, List.of(batches), 0);
  }

  private static AppendEntriesResponse response(long verified, long durableMatch) {
    return new AppendEntriesResponse(
        N1, N2, 5, 0, verified, durableMatch, EntryId.NONE, EntryId.NONE);
  }

  private static InstallSnapshot install(long session, EntryId snapshot, ReplicaId source) {
    return new InstallSnapshot(N1, N2, 5, session, snapshot, source);
  }

  @Test
  @DisplayName("terms begin at zero")
  void terms() {
    assertAllowed(new Heartbeat(N1, N2, 0, 1, 0, 0, 0));
    assertNonsense(new Heartbeat(N1, N2, -1, 1, 0, 0, 0));
  }

  @Test
  @DisplayName("entries follow the previous one and each other, without gap or overlap")
  void contiguous() {
    assertAllowed(append(AFTER));
    assertAllowed(append(AFTER, commands(3, 11, 2), commands(5, 13, 1)));
    assertAllowed(append(EntryId.NONE, commands(1, 1, 1)));
    assertNonsense(append(AFTER, commands(3, 12, 1)));
    assertNonsense(append(AFTER, commands(3, 10, 1)));
    assertNonsense(append(AFTER, commands(3, 11, 2), commands(3, 14, 1)));
    assertNonsense(append(AFTER, commands(3, 11, 2), commands(3, 12, 1)));
  }

  @Test
  @DisplayName("terms never go down along a log, and none is above that of its leader")
  void ascendingTerms() {
    assertNonsense(append(AFTER, commands(2, 11, 1)));
    assertNonsense(append(AFTER, commands(4, 11, 1), commands(3, 12, 1)));
    assertNonsense(append(AFTER, commands(6, 11, 1)));
    assertAllowed(append(new EntryId(5, 10)));
    assertNonsense(append(new EntryId(6, 10)));
  }

  @Test
  @DisplayName(
      "sessions of replication are numbered from one, and a commit index is none below zero")
  void sessionAndCommit() {
    assertAllowed(new AppendEntries(N1, N2, 5, 1, AFTER, List.of(), 0));
    assertNonsense(new AppendEntries(N1, N2, 5, 0, AFTER, List.of(), 0));
    assertNonsense(new AppendEntries(N1, N2, 5, 1, AFTER, List.of(), -1));
  }

  @Test
  @DisplayName("nobody has more durable in common with its leader than it has in common")
  void acknowledgements() {
    assertAllowed(response(0, 0));
    assertAllowed(response(7, 7));
    assertAllowed(response(7, 6));
    assertNonsense(response(7, 8));
    assertNonsense(response(7, -1));
  }

  @Test
  @DisplayName("a configuration is an entry by itself that names somebody")
  void configurations() {
    byte[] some = voters("n1", "n2").encode();
    byte[] none = Configuration.EMPTY.encode();
    byte[] torn = Arrays.copyOf(some, some.length - 1);
    assertAllowed(append(AFTER, configuration(some)));
    assertAllowed(copies(configuration(some)));
    for (EntryBatch refused :
        List.of(configuration(some, some), configuration(none), configuration(torn))) {
      assertNonsense(append(AFTER, refused));
      assertNonsense(copies(refused));
    }
    assertAllowed(copies());
    assertNonsense(copies(commands(3, 9, 2), configuration(torn)));
  }

  @Test
  @DisplayName(
      "a configuration of a newer version is no nonsense: it is named, and the replica must not go on")
  void newerConfiguration() {
    byte[] newer = voters("n1", "n2").encode();
    newer[0]++;
    CRC32C crc = new CRC32C();
    crc.update(newer, 0, newer.length - 4);
    ByteBuffer.wrap(newer).putInt(newer.length - 4, (int) crc.getValue());
    for (ProtocolMessage message :
        List.of(append(AFTER, configuration(newer)), copies(configuration(newer)))) {
      assertThatThrownBy(() -> MessageRules.isAllowed(message))
          .isInstanceOf(UnknownFormatException.class)
          .hasMessageContaining("entry 11 of term 3");
    }
  }

  private static FetchEntriesResponse copies(EntryBatch... batches) {
    return new FetchEntriesResponse(N1, N2, 5, 1, 0, List.of(batches));
  }

  @Test
  @DisplayName("nobody asks for the position before the first entry")
  void questionsForEntries() {
    assertAllowed(new TimeoutNow(N1, N2, 5, 1, 9, 1));
    assertNonsense(new TimeoutNow(N1, N2, 5, 1, 9, 0));
    assertAllowed(new FetchEntries(N1, N2, 5, 1, new EntryId(1, 1), 0));
    assertNonsense(new FetchEntries(N1, N2, 5, 1, EntryId.NONE, 0));
  }

  @Test
  @DisplayName(
      "a snapshot covers something, nothing of a later term than its leader's, and is fetched from somebody else")
  void installs() {
    assertAllowed(install(1, new EntryId(1, 1), N1));
    assertAllowed(install(1, new EntryId(5, 9), id("n3")));
    assertNonsense(install(0, new EntryId(1, 1), N1));
    assertNonsense(install(1, EntryId.NONE, N1));
    assertNonsense(install(1, new EntryId(6, 9), N1));
    assertNonsense(install(1, new EntryId(1, 1), N2));
  }
}
