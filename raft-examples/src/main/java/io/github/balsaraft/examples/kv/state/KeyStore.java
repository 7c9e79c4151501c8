package io.github.balsaraft.examples.kv.state;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where the keys of a {@link Keyspace} and their deadlines are: in memory or on a disk. It knows no time: what is in it exists, and the
 * keyspace hides what is due. Used by one thread at a time.
 */
interface KeyStore {

  /** What is known of a key; null if nothing is. */
  @Nullable
  Found get(Bytes key);

  /** Puts a key, in place of what was known of it. */
  void put(Stored stored);

  /** Changes the deadline of a key that is there, and its version; its value stays. */
  void putDeadline(Found found, long deadlineMillis, long version);

  /** Takes a key out and answers what it was; its value is not to be asked for any more. */
  @Nullable
  Found remove(Bytes key);

  /** Takes all keys out, and forgets all deletions. */
  void clear();

  /** How many keys there are. */
  int size();

  /** Walks over keys in the order of their hashes; see {@link KeyTable#scan}. Every store answers the same cursors. */
  long scan(long cursor, long count, Consumer<Found> consumer);

  /** How many keys have a deadline. */
  int deadlineCount();

  /** The first deadline, or {@link Long#MAX_VALUE} if no key has one. */
  long nextDeadlineMillis();

  /** Takes out a key that has the first deadline, and answers which; there is one. */
  Bytes removeNextToExpire();

  /** The version of the last deletion in a group of keys, see {@link Deletions}; 0 if there was none. */
  long lastDeletion(int group);

  /** Remembers a deletion in a group of keys. */
  void putLastDeletion(int group, long version);
}
