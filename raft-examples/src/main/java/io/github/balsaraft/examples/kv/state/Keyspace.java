package io.github.balsaraft.examples.kv.state;

import io.github.balsaraft.examples.kv.state.Operation.Announce;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The whole replicated state: all keys, their values, deadlines and versions, the log time, and where clients reach the
 * servers. Used by one thread at a time.
 *
 * <p>A key exists as long as its deadline is later than the log time; so it goes at the same entry on all replicas. What
 * it takes up in memory is given back within that entry, or within a few more if very many keys go at once.
 *
 * <p>Nothing here may depend on the order in which a hash table is walked: replicas differ in it.
 */
public final class Keyspace {

  /** Bounds the time that one entry spends on keys whose time has come; those that are left are hidden already. */
  static final int MAX_REMOVED_PER_ENTRY = 1024;

  private final KeyStore keys;

  /** Where clients reach the servers, by their ids. Replaced when one of them changes, so that any thread may look at it. */
  private Map<String, String> clientAddresses = Map.of();

  /** Never goes back: a key that was gone stays gone. */
  private long logTimeMillis;

  /** The index of the entry that is applied, or was last. */
  private long index;

  /** By what TTL answers: the log time in an entry, a clock in a read. */
  private long readTimeMillis;

  Keyspace(KeyStore keys) {
    this.keys = keys;
  }

  /** The state of this moment, whose keys and deletions are these. */
  KvSnapshot capture(KeyTable.Frozen frozen, Deletions deletions) {
    return new KvSnapshot(frozen, deletions, logTimeMillis, index, clientAddresses);
  }

  /** Begins anew with what a snapshot says, but for the keys. */
  void restore(long snapshotMillis, long snapshotIndex, Map<String, String> addresses) {
    keys.clear();
    goOn(snapshotMillis, snapshotIndex, addresses);
  }

  /** Goes on with the keys that are there. */
  void goOn(long lastMillis, long lastIndex, Map<String, String> addresses) {
    logTimeMillis = lastMillis;
    readTimeMillis = lastMillis;
    index = lastIndex;
    clientAddresses = Map.copyOf(addresses);
  }

  /** A key of a snapshot. Those whose time has come are in it too, as they were in the state. */
  void restore(Stored stored) {
    keys.put(stored);
  }

  /** The deletions of a snapshot. */
  void restoreDeletions(DataInputStream in) throws IOException {
    Deletions.read(in, keys);
  }

  /** What comes now belongs to that entry. */
  void beginEntry(long entryIndex, long entryMillis) {
    index = entryIndex;
    logTimeMillis = Math.max(logTimeMillis, entryMillis);
    readTimeMillis = logTimeMillis;
    for (int i = 0; i < MAX_REMOVED_PER_ENTRY; i++) {
      if (keys.nextDeadlineMillis() > logTimeMillis) {
        return;
      }
      rememberDeletion(keys.removeNextToExpire());
    }
  }

  /** What comes now are reads, at that time of a clock. */
  void beginRead(long clockMillis) {
    readTimeMillis = Math.max(logTimeMillis, clockMillis);
  }

  /** The log time of the last entry. */
  long logTimeMillis() {
    return logTimeMillis;
  }

  /** The index of the entry that is applied, or was last. */
  long index() {
    return index;
  }

  long readTimeMillis() {
    return readTimeMillis;
  }

  /** How many keys there are; those of many that expire at once may count a little longer, as in Redis. */
  public int size() {
    return keys.size();
  }

  /** How many keys have a deadline. */
  int deadlineCount() {
    return keys.deadlineCount();
  }

  /** When the next key expires, or {@link Long#MAX_VALUE} if none does. */
  long nextDeadlineMillis() {
    return keys.nextDeadlineMillis();
  }

  /** The deadline of a key that still exists by the log time and is gone at that time; {@link Long#MAX_VALUE} of any other. */
  long dueMillis(Bytes key, long millis) {
    Found found = find(key);
    return found != null && found.isDueAt(millis) ? found.deadlineMillis() : Long.MAX_VALUE;
  }

  /** The key, if it exists by the log time. */
  @Nullable
  Found find(Bytes key) {
    Found found = keys.get(key);
    return found == null || found.isDueAt(logTimeMillis) ? null : found;
  }

  /** Sets a key; if the deadline has passed already, it is gone at once. */
  void put(Bytes key, Bytes value, long deadlineMillis) {
    Stored stored = new Stored(key, value, deadlineMillis, index);
    if (stored.isDueAt(logTimeMillis)) {
      boolean unused = remove(key);
      // Of a key that wasn't there too: for a moment it was.
      rememberDeletion(key);
      return;
    }
    keys.put(stored);
  }

  /** Changes the deadline of a key that exists; if it has passed already, the key is gone at once. */
  void putDeadline(Found found, long deadlineMillis) {
    if (deadlineMillis != Stored.NO_DEADLINE && deadlineMillis <= logTimeMillis) {
      boolean unused = remove(found.key());
    } else {
      keys.putDeadline(found, deadlineMillis, index);
    }
  }

  /** Deletes a key; false if there was none. */
  boolean remove(Bytes key) {
    Found old = keys.remove(key);
    if (old == null) {
      return false;
    }
    rememberDeletion(key);
    return !old.isDueAt(logTimeMillis);
  }

  private void rememberDeletion(Bytes key) {
    keys.putLastDeletion(Deletions.groupOf(key), index);
  }

  /**
   * What WATCH remembers of a key: it is another one whenever the key was made, changed or deleted meanwhile, whatever it was and is. For
   * a key that isn't there it may be another one although nothing has become of that key.
   */
  long versionOf(Bytes key) {
    Found found = keys.get(key);
    if (found == null) {
      return keys.lastDeletion(Deletions.groupOf(key));
    }
    // The deletion of one that is due isn't remembered before it is removed. Until then it must
    // look neither like what it was nor like an earlier deletion.
    return found.isDueAt(logTimeMillis) ? Long.MAX_VALUE - found.version() : found.version();
  }

  /** Walks over keys that exist; see {@link KeyTable#scan}. */
  long scan(long cursor, long count, Consumer<Bytes> consumer) {
    return keys.scan(cursor, count, found -> {
      if (!found.isDueAt(logTimeMillis)) {
        consumer.accept(found.key());
      }
    });
  }

  /** Where clients reach the servers, by their ids. */
  Map<String, String> clientAddresses() {
    return clientAddresses;
  }

  Answer announce(Announce operation) {
    Map<String, String> next = new HashMap<>(clientAddresses);
    next.put(operation.host().toString(), operation.address().toString());
    clientAddresses = Map.copyOf(next);
    return Answer.Done.DONE;
  }
}
