package io.github.balsaraft.examples.kv.state;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The first of the deadlines that are in a {@link KeyDatabase}, in memory. A database passes by what was deleted, for as long as it
 * remembers it, each time that somebody walks there. So no part of it is walked again before what was read of it is used up.
 */
final class FirstDeadlines {

  /** Sees what is in the database, see {@link KeyDatabase#walk}. */
  interface Walk {
    void walk(byte[] from, KeyDatabase.Visitor visitor);
  }

  /** How many are read at once. */
  private static final int READ = 1024;

  private static final int MOST = 2 * READ;

  /** Keys may be long: then there are fewer, and one at least. */
  private static final long MAX_BYTES = 1 << 20;

  private final Walk database;
  private final byte tag;
  private final TreeSet<byte[]> known = new TreeSet<>(Arrays::compareUnsigned);
  private long knownBytes;

  /** All before it are known; null if all are. */
  private byte @Nullable [] end;

  /**
   * @param tag the first byte of all of them, and of nothing else
   */
  FirstDeadlines(Walk database, byte tag) {
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

  /** Nothing is known until the walk is through: one that fails may have seen some, but not all that come before others. */
  private void read(byte[] from) {
    List<byte[]> seen = new ArrayList<>();
    long[] seenBytes = {0};
    AtomicReference<byte @Nullable []> newEnd = new AtomicReference<>();
    database.walk(from, (key, value) -> {
      if (key[0] != tag) {
        return false;
      }
      if (seen.size() == READ || seenBytes[0] > MAX_BYTES / 2) {
        newEnd.set(key);
        return false;
      }
      seen.add(key);
      seenBytes[0] += key.length;
      return true;
    });
    seen.forEach(this::add);
    end = newEnd.get();
  }
}
