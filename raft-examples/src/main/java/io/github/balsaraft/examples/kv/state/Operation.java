package io.github.balsaraft.examples.kv.state;

import java.util.List;

/**
 * Something to do with the keys: what a client's command means once its words are understood. Many commands share one
 * operation (INCR, DECR and DECRBY all are an {@link Increment}).
 */
public sealed interface Operation {

  /** Does it. The answer and the new state follow from the operation and the old state alone. */
  Answer applyTo(Keyspace keyspace);

  /** Whether it may change the state and so must go through the log. */
  boolean isWrite();

  /** The keys it touches; empty if it looks at all of them. */
  List<Bytes> keys();

  /** GET. */
  record Get(Bytes key) implements Operation {
    @Override
    public Answer applyTo(Keyspace keyspace) {
      return keyspace.get(this);
    }

    @Override
    public boolean isWrite() {
      return false;
    }

    @Override
    public List<Bytes> keys() {
      return List.of(key);
    }
  }

  /** MGET. */
  record MultiGet(List<Bytes> keys) implements Operation {
    public MultiGet {
      keys = List.copyOf(keys);
    }

    @Override
    public Answer applyTo(Keyspace keyspace) {
      return keyspace.multiGet(this);
    }

    @Override
    public boolean isWrite() {
      return false;
    }
  }

  /** EXISTS: a key named twice counts twice. */
  record Exists(List<Bytes> keys) implements Operation {
    public Exists {
      keys = List.copyOf(keys);
    }

    @Override
    public Answer applyTo(Keyspace keyspace) {
      return keyspace.exists(this);
    }

    @Override
    public boolean isWrite() {
      return false;
    }
  }

  /** DBSIZE. */
  record CountKeys() implements Operation {
    @Override
    public Answer applyTo(Keyspace keyspace) {
      return keyspace.countKeys();
    }

    @Override
    public boolean isWrite() {
      return false;
    }

    @Override
    public List<Bytes> keys() {
      return List.of();
    }
  }

  /**
   * SET.
   *
   * @param expected what the key must hold now if the condition is {@link Condition#IF_EQUAL}; else
   *     empty and of no meaning
   * @param returnOld whether the answer is the old value instead of whether it was set
   */
  record Set(Bytes key, Bytes value, Condition condition, Bytes expected, boolean returnOld)
      implements Operation {
    @Override
    public Answer applyTo(Keyspace keyspace) {
      return keyspace.set(this);
    }

    @Override
    public boolean isWrite() {
      return true;
    }

    @Override
    public List<Bytes> keys() {
      return List.of(key);
    }
  }

  /** When a {@link Set} takes place. */
  enum Condition {
    /** Whatever the key holds. */
    ALWAYS(0),
    /** NX: only if there is no such key. */
    IF_ABSENT(1),
    /** XX: only if there is such a key. */
    IF_PRESENT(2),
    /** IFEQ: only if the key holds exactly this value; a key that doesn't exist equals nothing. */
    IF_EQUAL(3);

    private final int code;

    Condition(int code) {
      this.code = code;
    }

    /** What stands for it in the log; never used for anything else. */
    int code() {
      return code;
    }

    static Condition ofCode(int code) {
      for (Condition condition : values()) {
        if (condition.code == code) {
          return condition;
        }
      }
      throw new FormatException("condition " + code + " was written by a newer version");
    }
  }

  /**
   * MSET: all keys at once. If one occurs twice, the later value stays.
   *
   * @param keys as many as values
   */
  record MultiSet(List<Bytes> keys, List<Bytes> values) implements Operation {
    public MultiSet {
      keys = List.copyOf(keys);
      values = List.copyOf(values);
      if (keys.size() != values.size()) {
        throw new IllegalArgumentException(keys.size() + " keys, " + values.size() + " values");
      }
    }

    @Override
    public Answer applyTo(Keyspace keyspace) {
      return keyspace.multiSet(this);
    }

    @Override
    public boolean isWrite() {
      return true;
    }
  }

  /** DEL: answers how many there were. */
  record Delete(List<Bytes> keys) implements Operation {
    public Delete {
      keys = List.copyOf(keys);
    }

    @Override
    public Answer applyTo(Keyspace keyspace) {
      return keyspace.delete(this);
    }

    @Override
    public boolean isWrite() {
      return true;
    }
  }

  /** INCR, INCRBY, DECR and DECRBY. */
  record Increment(Bytes key, long delta) implements Operation {
    @Override
    public Answer applyTo(Keyspace keyspace) {
      return keyspace.increment(this);
    }

    @Override
    public boolean isWrite() {
      return true;
    }

    @Override
    public List<Bytes> keys() {
      return List.of(key);
    }
  }

  /**
   * APPEND.
   *
   * @param maxBytes the longest value that may come of it. Part of the operation, because replicas
   *     that were started with different limits must still decide alike
   */
  record Append(Bytes key, Bytes suffix, int maxBytes) implements Operation {
    @Override
    public Answer applyTo(Keyspace keyspace) {
      return keyspace.append(this);
    }

    @Override
    public boolean isWrite() {
      return true;
    }

    @Override
    public List<Bytes> keys() {
      return List.of(key);
    }
  }

  /** A server says where clients reach it. No client's command, and no key. */
  record Announce(Bytes host, Bytes address) implements Operation {
    @Override
    public Answer applyTo(Keyspace keyspace) {
      return keyspace.announce(this);
    }

    @Override
    public boolean isWrite() {
      return true;
    }

    @Override
    public List<Bytes> keys() {
      return List.of();
    }
  }
}
