package io.github.balsaraft.examples.kv.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class KeyTableTest {

  /** One that spreads keys, one that makes many of them equal, and one that makes them equal in all but the lowest level. */
  static Stream<ToLongFunction<Bytes>> hashes() {
    return Stream.of(
        KeyHash::of, key -> key.hashCode() % 7L << 60, key -> (long) (key.hashCode() % 50) << 4);
  }

  @Test
  @DisplayName("the hash is SipHash-2-4: its authors' example comes out")
  void hashIsSipHash() {
    byte[] bytes = new byte[15];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) i;
    }
    assertThat(KeyHash.of(bytes, 0x0706050403020100L, 0x0f0e0d0c0b0a0908L))
        .isEqualTo(0xa129ca6149be45e5L);
  }

  @ParameterizedTest
  @MethodSource("hashes")
  @DisplayName("it holds what a map holds, whatever is put, replaced and removed")
  void isAMap(ToLongFunction<Bytes> hash) {
    KeyTable table = new KeyTable(hash);
    Map<Bytes, Stored> twin = new HashMap<>();
    Random random = new Random(7);
    for (int i = 0; i < 50_000; i++) {
      // Grows at first, and shrinks to little in the end.
      boolean puts = random.nextInt(50_000) > i / 2 + 5_000;
      Bytes key = key(random.nextInt(2_000));
      if (puts) {
        Stored stored = new Stored(key, Bytes.of(i), 0, i);
        assertThat(table.put(stored)).isEqualTo(twin.put(key, stored));
      } else {
        assertThat(table.remove(key)).isEqualTo(twin.remove(key));
      }
      Bytes other = key(random.nextInt(2_000));
      assertThat(table.get(other)).isEqualTo(twin.get(other));
      assertThat(table.size()).isEqualTo(twin.size());
    }
    assertThat(all(table.freeze())).containsExactlyInAnyOrderElementsOf(twin.values());
    for (Bytes key : List.copyOf(twin.keySet())) {
      assertThat(table.remove(key)).isEqualTo(twin.remove(key));
    }
    assertThat(table.size()).isZero();
    assertThat(all(table.freeze())).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("hashes")
  @DisplayName(
      "a walk in steps sees each key that stays once, and none twice, whatever comes and goes meanwhile")
  void scanSeesWhatStays(ToLongFunction<Bytes> hash) {
    Random random = new Random(11);
    for (int round = 0; round < 20; round++) {
      KeyTable table = new KeyTable(hash);
      Set<Bytes> staying = new HashSet<>();
      for (int i = 0; i < 500; i++) {
        put(table, key(i));
        if (i % 2 == 0) {
          staying.add(key(i));
        }
      }
      List<Bytes> seen = new ArrayList<>();
      long cursor = 0;
      do {
        cursor = table.scan(cursor, 1 + random.nextInt(20), stored -> seen.add(stored.key()));
        Bytes gone = key(1 + 2 * random.nextInt(250));
        if (random.nextBoolean()) {
          var unused = table.remove(gone);
        } else {
          put(table, key(1000 + random.nextInt(1000)));
        }
      } while (cursor != 0);
      assertThat(seen).containsAll(staying).doesNotHaveDuplicates();
    }
  }

  @Test
  @DisplayName(
      "a walk goes on at another table with the same keys, and ends at once if its cursor is nonsense")
  void cursorsAreNoSecretOfATable() {
    KeyTable here = new KeyTable();
    KeyTable there = new KeyTable();
    for (int i = 0; i < 300; i++) {
      put(here, key(i));
      put(there, key(299 - i));
    }
    List<Bytes> seen = new ArrayList<>();
    long cursor = here.scan(0, 100, stored -> seen.add(stored.key()));
    assertThat(seen).hasSize(100);
    cursor = there.scan(cursor, 1000, stored -> seen.add(stored.key()));
    assertThat(cursor).isZero();
    assertThat(seen).hasSize(300).doesNotHaveDuplicates();

    assertThat(here.scan(-1, 10, stored -> seen.add(stored.key()))).isZero();
    assertThat(here.scan(Long.MAX_VALUE, 10, stored -> seen.add(stored.key()))).isZero();
    assertThat(seen).hasSize(300);
  }

  @ParameterizedTest
  @MethodSource("hashes")
  @DisplayName("a picture stays as it was while the table changes")
  void picturesDontChange(ToLongFunction<Bytes> hash) {
    KeyTable table = new KeyTable(hash);
    Random random = new Random(13);
    List<KeyTable.Frozen> pictures = new ArrayList<>();
    List<List<Stored>> expected = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      if (random.nextInt(3) > 0) {
        var unused = table.put(new Stored(key(random.nextInt(300)), Bytes.of(i), 0, i));
      } else {
        var unused = table.remove(key(random.nextInt(300)));
      }
      if (i % 500 == 250) {
        KeyTable.Frozen picture = table.freeze();
        pictures.add(picture);
        expected.add(all(picture));
        assertThat(picture.size()).isEqualTo(table.size());
      }
    }
    for (int i = 0; i < pictures.size(); i++) {
      assertThat(all(pictures.get(i))).isEqualTo(expected.get(i));
    }
  }

  private static List<Stored> all(KeyTable.Frozen picture) {
    List<Stored> all = new ArrayList<>();
    picture.forEach(all::add);
    return all;
  }

  private static void put(KeyTable table, Bytes key) {
    var unused = table.put(new Stored(key, Bytes.EMPTY, 0, 0));
  }

  private static Bytes key(int number) {
    return Bytes.of("key-" + number);
  }
}
