package io.github.balsaraft.examples.kv.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The state is written as it was when it was captured, and is all there when it is read. */
class KvSnapshotTest {

  private static Bytes bytes(String text) {
    return Bytes.of(text);
  }

  private static byte[] written(KvSnapshot snapshot) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    snapshot.writeTo(out);
    return out.toByteArray();
  }

  private static List<String> keysOf(Keyspace keyspace) {
    List<String> keys = new ArrayList<>();
    assertThat(keyspace.scan(0, Long.MAX_VALUE, key -> keys.add(key.toString())))
        .isZero();
    return keys;
  }

  @Test
  void whatChangesAfterwardsIsNotInIt() throws IOException {
    MemoryKeys keys = new MemoryKeys();
    Keyspace keyspace = new Keyspace(keys);
    keyspace.beginEntry(7, 1000);
    keyspace.put(bytes("a"), bytes("1"), Stored.NO_DEADLINE);
    keyspace.put(bytes("b"), bytes("2"), 5000);
    keyspace.put(bytes("d"), bytes("4"), Stored.NO_DEADLINE);
    assertThat(keyspace.remove(bytes("d"))).isTrue();
    KvSnapshot captured = keyspace.capture(keys.freeze(), keys.deletions());
    keyspace.beginEntry(8, 2000);
    keyspace.put(bytes("a"), bytes("changed"), Stored.NO_DEADLINE);
    assertThat(keyspace.remove(bytes("b"))).isTrue();
    keyspace.put(bytes("c"), bytes("3"), Stored.NO_DEADLINE);

    Keyspace restored = new Keyspace(new MemoryKeys());
    restored.beginEntry(1, 1);
    restored.put(bytes("gone"), bytes("x"), 10);
    assertThat(restored.remove(bytes("gone"))).isTrue();
    KvSnapshot.read(new ByteArrayInputStream(written(captured)), restored);
    assertThat(keysOf(restored)).containsExactlyInAnyOrder("a", "b");
    assertThat(restored.find(bytes("a")))
        .isEqualTo(new Stored(bytes("a"), bytes("1"), Stored.NO_DEADLINE, 7));
    assertThat(restored.versionOf(bytes("d"))).as("its deletion").isEqualTo(7);
    assertThat(List.of("e", "gone"))
        .as("no deletion")
        .allSatisfy(key -> assertThat(restored.versionOf(bytes(key))).isZero());
    assertThat(restored.logTimeMillis()).isEqualTo(1000);
    assertThat(restored.nextDeadlineMillis()).isEqualTo(5000);
    restored.beginEntry(9, 5000);
    assertThat(keysOf(restored)).containsExactly("a");
    assertThat(restored.deadlineCount()).isZero();
  }

  @Test
  void whatANewerVersionHasWrittenIsRefused() {
    assertThatThrownBy(() -> KvSnapshot.read(
            new ByteArrayInputStream(new byte[] {9}), new Keyspace(new MemoryKeys())))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("newer version");
  }
}
