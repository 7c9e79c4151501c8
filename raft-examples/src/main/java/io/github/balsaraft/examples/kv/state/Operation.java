package io.github.balsaraft.examples.kv.state;

import java.util.List;

/**
 * Something to do with the keys: what a client's command means once its words are understood. Many commands share one
 * operation (INCR, DECR and DECRBY all are an {@link Increment}).
 */
public sealed interface Operation
    permits ExpiryOperation,
        SearchOperation,
        Transaction,
        Transaction.Versions,
        Operation.Get,
        Operation.MultiGet,
        Operation.Exists,
        Operation.Length,
        Operation.CountKeys,
        Operation.RefuseIfPresent,
        Operation.Set,
        Operation.MultiSet,
        Operation.Delete,
        Operation.GetAndDelete,
        Operation.Increment,
        Operation.Append,
        Operation.Announce,
        Operation.Tick {

  /**
   * Does it. The answer and the new state follow from the operation, the old state and the log time of the entry alone; only what a
   * TTL answers to a read follows from a clock too.
   */
  Answer applyTo(Keyspace keyspace);

  /**
   * As {@link #applyTo(Keyspace)}; but a read whose answer would have more bytes of values and keys than that is refused, before they are
   * in memory.
   */
  default Answer applyTo(Keyspace keyspace, long maxBytes) {
    return applyTo(keyspace);
  }

  /**
   * How many bytes of values it has written that were there before and not in the command, if that was the answer: a short command may
   * write a long value anew.
   */
  default long rewrittenBytes(Answer answer) {
    return 0;
  }

  /** Whether it may change the state and so must go through the log. */
  boolean isWrite();

  /** The keys it names. */
  List<Bytes> keys();

  /** Whether its answer depends on keys that it doesn't name. */
  default boolean looksAtAllKeys() {
    return false;
  }

  /** How many keys it looks at that it doesn't name, where there are so many. */
  default long looks(int keys) {
    return 0;
  }

  /** Whether its answer has values or keys in it, and so may be long. */
  default boolean answersValues() {
    return false;
  }

  /** GET. */
  record Get(Bytes key) implements Operation {
    @Override
    public Answer applyTo(Keyspace keyspace) {
      return applyTo(keyspace, Long.MAX_VALUE);
    }

    @Override
    public Answer applyTo(Keyspace keyspace, long maxBytes) {
      return StringRules.get(key, keyspace, maxBytes);
    }

    @Override
    public boolean isWrite() {
      return false;
    }

    @Override
    public List<Bytes> keys() {
      return List.of(key);
    }

    @Override
    public boolean answersValues() {
      return true;
    }
  }

  /** MGET. */
  record MultiGet(List<Bytes> keys) implements Operation {
    public MultiGet {
      keys = List.copyOf(keys);
    }

    @Override
    public Answer applyTo(Keyspace keyspace) {
      return applyTo(keyspace, Long.MAX_VALUE);
    }

    @Override
    public Answer applyTo(Keyspace keyspace, long maxBytes) {
      return StringRules.multiGet(this, keyspace, maxBytes);
    }

    @Override
    public boolean isWrite() {
      return false;
    }

    @Override
    public boolean answersValues() {
      return true;
    }
  }

  /** EXISTS: a key named twice counts twice. */
  record Exists(List<Bytes> keys) implements Operation {
    public Exists {
      keys = List.copyOf(keys);
    }

    @Override
    public Answer applyTo(Keyspace keyspace) {
      return StringRules.exists(this, keyspace);
    }

    @Override
    public boolean isWrite() {
      return false;
    }
  }

  /** STRLEN: 0 if there is no such key. */
  record Length(Bytes key) implements Operation {
    @Override
    public Answer applyTo(Keyspace keyspace) {
      return StringRules.length(key, keyspace);
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

  /** A command whose arguments are wrong, which Redis says only if the key exists, and answers nil otherwise. */
  record RefuseIfPresent(Bytes key, Answer.Refusal refusal) implements Operation {
    @Override
    public Answer applyTo(Keyspace keyspace) {
      return keyspace.find(key) == null ? Answer.Nil.NIL : new Answer.Refused(refusal);
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

  /** DBSIZE. */
  record CountKeys() implements Operation {
    @Override
    public Answer applyTo(Keyspace keyspace) {
      return new Answer.Count(keyspace.size());
    }

    @Override
    public boolean isWrite() {
      return false;
    }

    @Override
    public List<Bytes> keys() {
      return List.of();
    }

    @Override
    public boolean looksAtAllKeys() {
      return true;
    }
  }

  /**
   * SET.
   *
   * @param expected what the key must hold now if the condition is {@link Condition#IF_EQUAL}; else
   *     empty and of no meaning
   * @param returnOld whether the answer is the old value instead of whether it was set
   * @param expiry what becomes of the deadline
   */
  record Set(
      Bytes key, Bytes value, Condition condition, Bytes expected, boolean returnOld, Expiry expiry)
      implements Operation {

    /** Without a deadline. */
    public Set(Bytes key, Bytes value, Condition condition, Bytes expected, boolean returnOld) {
      this(key, value, condition, expected, returnOld, Expiry.NEVER);
    }

    @Override
    public Answer applyTo(Keyspace keyspace) {
      return StringRules.set(this, keyspace);
    }

    @Override
    public boolean isWrite() {
      return true;
    }

    @Override
    public List<Bytes> keys() {
      return List.of(key);
    }

    @Override
    public boolean answersValues() {
      return returnOld;
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
      throw FormatException.newer("condition " + code + " was written by a newer version");
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
      return StringRules.multiSet(this, keyspace);
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
      return StringRules.delete(this, keyspace);
    }

    @Override
    public boolean isWrite() {
      return true;
    }
  }

  /** GETDEL. */
  record GetAndDelete(Bytes key) implements Operation {
    @Override
    public Answer applyTo(Keyspace keyspace) {
      return StringRules.getAndDelete(key, keyspace);
    }

    @Override
    public boolean isWrite() {
      return true;
    }

    @Override
    public List<Bytes> keys() {
      return List.of(key);
    }

    @Override
    public boolean answersValues() {
      return true;
    }
  }

  /** INCR, INCRBY, DECR and DECRBY. */
  record Increment(Bytes key, long delta) implements Operation {
    @Override
    public Answer applyTo(Keyspace keyspace) {
      return StringRules.increment(this, keyspace);
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
   *     that were started with different limits must still decide alike. It counts up to {@link #LARGEST_VALUE_BYTES}
   */
  record Append(Bytes key, Bytes suffix, int maxBytes) implements Operation {

    /** No server can be told to take longer values. A client that puts entries of its own into the log may say anything. */
    public static final int LARGEST_VALUE_BYTES = 60 << 20;

    @Override
    public Answer applyTo(Keyspace keyspace) {
      return StringRules.append(this, keyspace);
    }

    @Override
    public long rewrittenBytes(Answer answer) {
      return answer instanceof Answer.Count length ? length.value() : 0;
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

  /** Only lets the log time go on, so that keys whose time has come expire. No client's command, and no key. */
  record Tick() implements Operation {
    @Override
    public Answer applyTo(Keyspace keyspace) {
      return Answer.Done.DONE;
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
