package io.github.balsaraft.examples.kv.state;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All keys in a {@link KeyDatabase}: behind 'k' and its hash each key with its deadline, version and value, so that a walk takes the same
 * way as in memory; and behind 'd' each deadline with its key. A long value is apart, behind 'v', and only its length is with its key:
 * what needs no value reads none. Behind 'g' and the number of a group of keys is its last deletion, see {@link Deletions}.
 */
final class DiskKeys implements KeyStore {

  private static final byte KEYS = 'k';
  private static final byte DEADLINES = 'd';
  private static final byte LONG_VALUES = 'v';
  private static final byte GONE = 'g';

  /** What is longer is apart from its key. */
  private static final int LONGEST_BESIDE_BYTES = 1024;

  /** In the deadline of a key, which is never negative: its value is apart, and its length follows. */
  private static final long APART = Long.MIN_VALUE;

  /** A tag and a number come before the key itself. */
  private static final int PREFIX_BYTES = 1 + Long.BYTES;

  /** Deadline and version. */
  private static final int HEADER_BYTES = 2 * Long.BYTES;

  /** A cursor has the first 60 bits of a hash, as that of a {@link KeyTable}. */
  private static final int CURSOR_SHIFT = 4;

  private static final long CURSOR_END = 1L << (Long.SIZE - CURSOR_SHIFT);

  private final KeyDatabase database;
  private int size;
  private int deadlineCount;

  private final FirstDeadlines deadlines;

  DiskKeys(KeyDatabase database) {
    this.database = database;
    this.deadlines = new FirstDeadlines(database::walk, DEADLINES);
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

  private static byte[] valuePlaceOf(Bytes key) {
    return prefixed(LONG_VALUES, KeyHash.of(key), key.array());
  }

  private static byte[] deadlineOf(Found stored) {
    return prefixed(DEADLINES, stored.deadlineMillis(), stored.key().array());
  }

  private static Bytes keyAt(byte[] place) {
    return Bytes.wrap(Arrays.copyOfRange(place, PREFIX_BYTES, place.length));
  }

  /** What is behind a key. */
  private final class Entry implements Found {
    private final Bytes key;
    private final byte[] encoded;

    Entry(Bytes key, byte[] encoded) {
      this.key = key;
      this.encoded = encoded;
    }

    private boolean isApart() {
      return ByteBuffer.wrap(encoded).getLong() < 0;
    }

    @Override
    public Bytes key() {
      return key;
    }

    @Override
    public int valueBytes() {
      return isApart()
          ? ByteBuffer.wrap(encoded).getInt(HEADER_BYTES)
          : encoded.length - HEADER_BYTES;
    }

    @Override
    public Bytes value() {
      if (!isApart()) {
        return Bytes.wrap(Arrays.copyOfRange(encoded, HEADER_BYTES, encoded.length));
      }
      byte[] value = database.get(valuePlaceOf(key));
      if (value == null) {
        throw new IllegalStateException(
            "the database has a key of " + key.length() + " bytes without its value");
      }
      return Bytes.wrap(value);
    }

    @Override
    public long deadlineMillis() {
      return ByteBuffer.wrap(encoded).getLong() & ~APART;
    }

    @Override
    public long version() {
      return ByteBuffer.wrap(encoded).getLong(Long.BYTES);
    }

    /** The same value with another deadline and version. */
    byte[] with(long deadlineMillis, long version) {
      byte[] changed = encoded.clone();
      ByteBuffer.wrap(changed)
          .putLong(isApart() ? deadlineMillis | APART : deadlineMillis)
          .putLong(version);
      return changed;
    }
  }

  private @Nullable Entry entry(Bytes key) {
    byte[] encoded = database.get(placeOf(key));
    return encoded == null ? null : new Entry(key, encoded);
  }

  @Override
  public @Nullable Found get(Bytes key) {
    return entry(key);
  }

  @Override
  public void put(Stored stored) {
    Entry old = entry(stored.key());
    if (old == null) {
      size++;
    }
    forgetDeadline(old);
    byte[] value = stored.value().array();
    boolean apart = value.length > LONGEST_BESIDE_BYTES;
    ByteBuffer encoded = ByteBuffer.allocate(HEADER_BYTES + (apart ? Integer.BYTES : value.length))
        .putLong(apart ? stored.deadlineMillis() | APART : stored.deadlineMillis())
        .putLong(stored.version());
    if (apart) {
      database.put(valuePlaceOf(stored.key()), value);
      encoded.putInt(value.length);
    } else {
      forgetValue(old);
      encoded.put(value);
    }
    database.put(placeOf(stored.key()), encoded.array());
    rememberDeadline(stored);
  }

  @Override
  public void putDeadline(Found found, long deadlineMillis, long version) {
    Entry old = entry(found.key());
    if (old == null) {
      throw new IllegalStateException("there is no such key");
    }
    forgetDeadline(old);
    Entry changed = new Entry(old.key, old.with(deadlineMillis, version));
    database.put(placeOf(changed.key), changed.encoded);
    rememberDeadline(changed);
  }

  @Override
  public @Nullable Found remove(Bytes key) {
    Entry old = entry(key);
    if (old != null) {
      size--;
      database.delete(placeOf(key));
      forgetValue(old);
      forgetDeadline(old);
    }
    return old;
  }

  private void forgetValue(@Nullable Entry old) {
    if (old != null && old.isApart()) {
      database.delete(valuePlaceOf(old.key));
    }
  }

  private void rememberDeadline(Found found) {
    if (found.hasDeadline()) {
      byte[] deadline = deadlineOf(found);
      database.put(deadline, new byte[0]);
      deadlineCount++;
      deadlines.put(deadline);
    }
  }

  private void forgetDeadline(@Nullable Found old) {
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
  public long scan(long cursor, long count, Consumer<Found> consumer) {
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
      consumer.accept(new Entry(keyAt(key), value));
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
  public Bytes removeNextToExpire() {
    byte[] first = deadlines.first();
    if (first == null) {
      throw new IllegalStateException("no key has a deadline");
    }
    Bytes key = keyAt(first);
    Found unused = remove(key);
    return key;
  }

  private static byte[] placeOfGroup(int group) {
    return ByteBuffer.allocate(1 + Character.BYTES)
        .put(GONE)
        .putChar((char) group)
        .array();
  }

  @Override
  public long lastDeletion(int group) {
    byte[] version = database.get(placeOfGroup(group));
    return version == null ? 0 : ByteBuffer.wrap(version).getLong();
  }

  @Override
  public void putLastDeletion(int group, long version) {
    database.put(
        placeOfGroup(group), ByteBuffer.allocate(Long.BYTES).putLong(version).array());
  }
}
