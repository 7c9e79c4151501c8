package io.github.balsaraft.examples.kv.state;

import java.util.List;

/** Operations on the deadlines of keys. */
public sealed interface ExpiryOperation extends Operation {

  /** The one key it is about. */
  Bytes key();

  @Override
  default List<Bytes> keys() {
    return List.of(key());
  }

  /**
   * EXPIRE, PEXPIRE, EXPIREAT and PEXPIREAT: answers 1 if the key has that deadline now, or is deleted because it has passed.
   *
   * @param expiry one with a time
   */
  record Expire(Bytes key, Expiry expiry, Unless unless) implements ExpiryOperation {
    public Expire {
      if (!expiry.kind().hasMillis()) {
        throw new IllegalArgumentException("a deadline needs a time, not " + expiry);
      }
    }

    @Override
    public Answer applyTo(Keyspace keyspace) {
      return ExpiryRules.expire(this, keyspace);
    }

    @Override
    public boolean isWrite() {
      return true;
    }
  }

  /**
   * When an {@link Expire} does nothing. A key without a deadline counts as one with an endless one.
   *
   * @param present NX: if the key has a deadline
   * @param absent XX: if it has none
   * @param notLater GT: if the new deadline isn't later
   * @param notEarlier LT: if the new deadline isn't earlier
   */
  record Unless(boolean present, boolean absent, boolean notLater, boolean notEarlier) {
    /** It always does something. */
    public static final Unless NOTHING = new Unless(false, false, false, false);

    int code() {
      return (present ? 1 : 0) | (absent ? 2 : 0) | (notLater ? 4 : 0) | (notEarlier ? 8 : 0);
    }

    static Unless ofCode(int code) {
      if ((code & ~0x0f) != 0) {
        throw FormatException.newer("an EXPIRE with flags " + code + " is of a newer version");
      }
      return new Unless((code & 1) != 0, (code & 2) != 0, (code & 4) != 0, (code & 8) != 0);
    }
  }

  /** PERSIST: answers 1 if the key had a deadline. */
  record Persist(Bytes key) implements ExpiryOperation {
    @Override
    public Answer applyTo(Keyspace keyspace) {
      return ExpiryRules.persist(this, keyspace);
    }

    @Override
    public boolean isWrite() {
      return true;
    }
  }

  /** GETEX with an option: answers the value, and sets or takes away the deadline. */
  record GetAndExpire(Bytes key, Expiry expiry) implements ExpiryOperation {
    @Override
    public Answer applyTo(Keyspace keyspace) {
      return ExpiryRules.getAndExpire(this, keyspace);
    }

    @Override
    public boolean isWrite() {
      return true;
    }

    @Override
    public boolean answersValues() {
      return true;
    }
  }

  /** TTL, PTTL, EXPIRETIME and PEXPIRETIME: answers -2 if there is no such key, and -1 if it has no deadline. */
  record TimeToLive(Bytes key, TimeForm form) implements ExpiryOperation {
    @Override
    public Answer applyTo(Keyspace keyspace) {
      return ExpiryRules.timeToLive(this, keyspace);
    }

    @Override
    public boolean isWrite() {
      return false;
    }
  }

  /** How a deadline is told. */
  enum TimeForm {
    /** How many seconds are left, rounded. */
    SECONDS_LEFT(0),
    /** How many milliseconds are left. */
    MILLIS_LEFT(1),
    /** When it is, in seconds since 1970, rounded. */
    AT_SECONDS(2),
    /** When it is, in milliseconds since 1970. */
    AT_MILLIS(3);

    private final int code;

    TimeForm(int code) {
      this.code = code;
    }

    int code() {
      return code;
    }

    static TimeForm ofCode(int code) {
      for (TimeForm form : values()) {
        if (form.code == code) {
          return form;
        }
      }
      throw FormatException.newer("form " + code + " of a deadline is of a newer version");
    }
  }
}
