package io.github.balsaraft.examples.kv.state;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All keys in a {@link KeyDatabase}: behind 'k' and its hash each key with its deadline, version and value, so that a walk takes the same
 * way as in memory; and behind 'd' each deadline with its key.
 */
final class DiskKeys implements KeyStore {

  private static final byte KEYS = 'k';
  private static final byte DEADLINES = 'd';

  /** A tag and a number come before the key itself. */
  private static final int PREFIX_BYTES = 1 + Long.BYTES;

  private static final int VALUE_HEADER_BYTES = 2 * Long.BYTES;

  /** A cursor has the first 60 bits of a hash, as that of a {@link KeyTable}. */
  private static final int CURSOR_SHIFT = 4;

  private static final long CURSOR_END = 1L << (Long.SIZE - CURSOR_SHIFT);

  private final KeyDatabase database;
  private int size;
  private int deadlineCount;

  private final FirstDeadlines deadlines;

  DiskKeys(KeyDatabase database) {
    this.database = database;
    this.deadlines = new FirstDeadlines(database, DEADLINES);
  }

  /** The database has changed, and has so many keys and deadlines. */
  void goOn(int keyCount, int deadlineKeys) {
    size = keyCount;
    deadlineCount = deadlineKeys;
    deadlines.beginAnew(deadlineKeys > 0);
  }

  private static byte[] prefixed(byte tag, long number, byte[] key) {
    return ByteBuffer.allocate(PREFIX_BYTES + key.length)
        .put(tag)
        .putLong(number)
        .put(key)
        .array();
  }

  private static byte[] placeOf(Bytes key) {
    return prefixed(KEYS, KeyHash.of(key), key.array());
  }

  private static byte[] deadlineOf(Stored stored) {
    return prefixed(DEADLINES, stored.deadlineMillis(), stored.key().array());
  }

  private static Bytes keyAt(byte[] place) {
    return Bytes.wrap(Arrays.copyOfRange(place, PREFIX_BYTES, place.length));
  }

  private static Stored decode(Bytes key, byte[] value) {
    ByteBuffer in = ByteBuffer.wrap(value);
    return new Stored(
        key,
        Bytes.wrap(Arrays.copyOfRange(value, VALUE_HEADER_BYTES, value.length)),
        in.getLong(),
        in.getLong());
  }

  @Override
  public @Nullable Stored get(Bytes key) {
    byte[] value = database.get(placeOf(key));
    return value == null ? null : decode(key, value);
  }

  @Override
  public void put(Stored stored) {
    Stored old = get(stored.key());
    if (old == null) {
      size++;
    }
    forgetDeadline(old);
    byte[] value = stored.value().array();
    database.put(
        placeOf(stored.key()),
        ByteBuffer.allocate(VALUE_HEADER_BYTES + value.length)
            .putLong(stored.deadlineMillis())
            .putLong(stored.version())
            .put(value)
            .array());
    if (stored.hasDeadline()) {
      byte[] deadline = deadlineOf(stored);
      database.put(deadline, new byte[0]);
      deadlineCount++;
      deadlines.put(deadline);
    }
  }

  @Override
  public @Nullable Stored remove(Bytes key) {
    Stored old = get(key);
    if (old != null) {
      size--;
      database.delete(placeOf(key));
      forgetDeadline(old);
    }
    return old;
  }

  private void forgetDeadline(@Nullable Stored old) {
    if (old != null && old.hasDeadline()) {
      byte[] deadline = deadlineOf(old);
      database.delete(deadline);
      deadlineCount--;
      deadlines.delete(deadline);
    }
  }

  @Override
  public void clear() {
    try {
      database.clear();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    goOn(0, 0);
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public long scan(long cursor, long count, Consumer<Stored> consumer) {
    if (cursor < 0 || cursor >= CURSOR_END) {
      return 0;
    }
    long[] seen = {0, cursor};
    boolean[] ended = {true};
    database.walk(prefixed(KEYS, cursor << CURSOR_SHIFT, new byte[0]), (key, value) -> {
      if (key[0] != KEYS) {
        return false;
      }
      long next = ByteBuffer.wrap(key).getLong(1) >>> CURSOR_SHIFT;
      if (seen[0] >= count && next >= seen[1]) {
        ended[0] = false;
        return false;
      }
      consumer.accept(decode(keyAt(key), value));
      seen[0]++;
      seen[1] = next + 1;
      return true;
    });
    return ended[0] ? 0 : seen[1];
  }

  @Override
  public int deadlineCount() {
    return deadlineCount;
  }

  @Override
  public long nextDeadlineMillis() {
    byte[] first = deadlines.first();
    return first == null ? Long.MAX_VALUE : ByteBuffer.wrap(first).getLong(1);
  }

  @Override
  public void removeNextToExpire() {
    byte[] first = deadlines.first();
    if (first != null) {
      Stored unused = remove(keyAt(first));
    }
  }
}
