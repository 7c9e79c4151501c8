package io.github.balsaraft.examples.kv.state;

import java.util.List;
import java.util.Optional;

/** What came of an {@link Operation}. */
public sealed interface Answer {

  /** It was done, and there is nothing else to say. */
  record Done() implements Answer {
    /** The only one needed. */
    public static final Done DONE = new Done();
  }

  /** There is no such key, or a condition didn't hold. */
  record Nil() implements Answer {
    /** The only one needed. */
    public static final Nil NIL = new Nil();
  }

  /** A count or a new value. */
  record Count(long value) implements Answer {}

  /** The value of a key. */
  record Value(Bytes bytes) implements Answer {}

  /** The values of several keys, in the order in which they were named. */
  record Values(List<Optional<Bytes>> values) implements Answer {
    public Values {
      values = List.copyOf(values);
    }
  }

  /** It couldn't be done, and nothing changed. */
  record Refused(Refusal refusal) implements Answer {}

  /** Why an operation that reached the state machine had no effect. The codes are in log results. */
  enum Refusal {
    /** The value isn't an integer. */
    NOT_AN_INTEGER(1),
    /** The new value would not fit into 64 bits. */
    OVERFLOW(2),
    /** The new value would be longer than the operation allows. */
    TOO_LONG(3);

    private final byte code;

    Refusal(int code) {
      this.code = (byte) code;
    }

    byte code() {
      return code;
    }

    static Refusal ofCode(byte code) {
      for (Refusal refusal : values()) {
        if (refusal.code == code) {
          return refusal;
        }
      }
      throw new FormatException("refusal " + code + " was written by a newer version");
    }
  }
}
