package io.github.balsaraft.examples.kv.state;

import java.util.Arrays;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The first of the deadlines that are in a {@link KeyDatabase}, in memory. A database passes by what was deleted, for as long as it
 * remembers it, each time that somebody walks there. So no part of it is walked again before what was read of it is used up.
 */
final class FirstDeadlines {

  /** How many are read at once. */
  private static final int READ = 1024;

  private static final int MOST = 2 * READ;

  /** Keys may be long: then there are fewer, and one at least. */
  private static final long MAX_BYTES = 1 << 20;

  private final KeyDatabase database;
  private final byte tag;
  private final TreeSet<byte[]> known = new TreeSet<>(Arrays::compareUnsigned);
  private long knownBytes;

  /** All before it are known; null if all are. */
  private byte @Nullable [] end;

  /**
   * @param tag the first byte of all of them, and of nothing else
   */
  FirstDeadlines(KeyDatabase database, byte tag) {
    this.database = database;
    this.tag = tag;
  }

  /** The database has others than before. */
  void beginAnew(boolean hasAny) {
    known.clear();
    knownBytes = 0;
    end = hasAny ? new byte[] {tag} : null;
  }

  /** One was put into the database. */
  void put(byte[] deadline) {
    if (end == null || Arrays.compareUnsigned(deadline, end) < 0) {
      add(deadline);
      if (known.size() > MOST || knownBytes > MAX_BYTES) {
        dropLater();
      }
    }
  }

  /** One was deleted from the database. */
  void delete(byte[] deadline) {
    if (known.remove(deadline)) {
      knownBytes -= deadline.length;
    }
  }

  /** The first of all; null if there is none. */
  byte @Nullable [] first() {
    if (known.isEmpty() && end != null) {
      read(end);
    }
    return known.isEmpty() ? null : known.first();
  }

  private void add(byte[] deadline) {
    if (known.add(deadline)) {
      knownBytes += deadline.length;
    }
  }

  private void dropLater() {
    while (known.size() > 1 && (known.size() > READ || knownBytes > MAX_BYTES / 2)) {
      byte[] last = known.last();
      delete(last);
      end = last;
    }
  }

  private void read(byte[] from) {
    end = null;
    database.walk(from, (key, value) -> {
      if (key[0] != tag) {
        return false;
      }
      if (known.size() == READ || knownBytes > MAX_BYTES / 2) {
        end = key;
        return false;
      }
      add(key);
      return true;
    });
  }
}
