package io.github.balsaraft.examples.kv.state;

import java.util.List;
import java.util.Optional;

/** Reads that look for keys. */
public sealed interface SearchOperation extends Operation {

  @Override
  default Answer applyTo(Keyspace keyspace) {
    return applyTo(keyspace, Long.MAX_VALUE);
  }

  @Override
  Answer applyTo(Keyspace keyspace, long maxBytes);

  @Override
  long looks(int keys);

  @Override
  default boolean isWrite() {
    return false;
  }

  @Override
  default List<Bytes> keys() {
    return List.of();
  }

  @Override
  default boolean looksAtAllKeys() {
    return true;
  }

  @Override
  default boolean answersValues() {
    return true;
  }

  /** KEYS: all keys that a pattern stands for. Looks at every key there is. */
  record FindKeys(Bytes pattern) implements SearchOperation {
    @Override
    public long looks(int keys) {
      return keys;
    }

    @Override
    public Answer applyTo(Keyspace keyspace, long maxBytes) {
      FoundKeys found = new FoundKeys(pattern, maxBytes);
      long unused = keyspace.scan(0, Long.MAX_VALUE, found);
      return found.areTooMany()
          ? StringRules.tooLong()
          : new Answer.Values(found.keys().stream().map(Optional::of).toList());
    }
  }

  /**
   * SCAN: some more keys, and where to go on.
   *
   * @param cursor 0 or what the last one answered
   * @param pattern of the keys to answer; empty bytes stand for the empty key alone
   * @param count how many keys to look at
   */
  record Scan(long cursor, Bytes pattern, long count) implements SearchOperation {
    public Scan {
      if (count < 1) {
        throw new IllegalArgumentException("a step of " + count);
      }
    }

    @Override
    public long looks(int keys) {
      return Math.min(count, keys);
    }

    @Override
    public Answer applyTo(Keyspace keyspace, long maxBytes) {
      FoundKeys found = new FoundKeys(pattern, maxBytes);
      long next = keyspace.scan(cursor, count, found);
      return found.areTooMany() ? StringRules.tooLong() : new Answer.Page(next, found.keys());
    }
  }
}
