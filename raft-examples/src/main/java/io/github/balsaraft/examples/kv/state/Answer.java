package io.github.balsaraft.examples.kv.state;

import java.util.List;
import java.util.Optional;

/** What came of an {@link Operation}. */
public sealed interface Answer {

  /** How many bytes of values and keys are in it. */
  default long valueBytes() {
    return 0;
  }

  /** About how much memory it takes beside the values and keys in it, which may be shared with the store. */
  default long ownBytes() {
    return OBJECT_BYTES;
  }

  /** About what an object takes, or several references to one. */
  int OBJECT_BYTES = 16;

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
  record Value(Bytes bytes) implements Answer {
    @Override
    public long valueBytes() {
      return bytes.length();
    }
  }

  /** The values of several keys, in the order in which they were named. */
  record Values(List<Optional<Bytes>> values) implements Answer {
    public Values {
      values = List.copyOf(values);
    }

    @Override
    public long valueBytes() {
      return values.stream()
          .mapToLong(value -> bytesOf(value.map(Bytes::length).orElse(0)))
          .sum();
    }

    @Override
    public long ownBytes() {
      // An object and a reference for each, and the lists that they went through.
      return OBJECT_BYTES + 2L * OBJECT_BYTES * values.size();
    }

    /** What a value counts beside its length, for what stands around it. */
    static final long BESIDE_EACH = 10;

    /** What a value of that length counts. */
    static long bytesOf(int length) {
      return BESIDE_EACH + length;
    }
  }

  /**
   * Some keys of many.
   *
   * @param cursor where to go on, or 0 if these were the last
   */
  record Page(long cursor, List<Bytes> found) implements Answer {
    public Page {
      found = List.copyOf(found);
    }

    @Override
    public long valueBytes() {
      return found.stream().mapToLong(key -> Values.bytesOf(key.length())).sum();
    }

    @Override
    public long ownBytes() {
      return OBJECT_BYTES + (long) OBJECT_BYTES * found.size();
    }
  }

  /** The answers to several operations. */
  record Several(List<Answer> answers) implements Answer {
    public Several {
      answers = List.copyOf(answers);
    }

    @Override
    public long valueBytes() {
      return answers.stream().mapToLong(answer -> 10 + answer.valueBytes()).sum();
    }

    @Override
    public long ownBytes() {
      return OBJECT_BYTES
          + answers.stream()
              .mapToLong(answer -> OBJECT_BYTES + answer.ownBytes())
              .sum();
    }
  }

  /**
   * Instead of all answers to a {@link Batch}: none of its operations was done, because the answer to the first may be longer than the
   * batch allows.
   *
   * @param bytes a batch that allows so many answers it, unless something changes before
   */
  record NoRoom(long bytes) implements Answer {}

  /** It couldn't be done, and nothing changed. */
  record Refused(Refusal refusal) implements Answer {}

  /** Why an operation that reached the state machine had no effect. The codes are in log results. */
  enum Refusal {
    /** The value isn't an integer. */
    NOT_AN_INTEGER(1),
    /** The new value would not fit into 64 bits. */
    OVERFLOW(2),
    /** The new value would be longer than the operation allows. */
    TOO_LONG(3),
    /** The time of a GETEX isn't possible. */
    INVALID_EXPIRE(4),
    /** The answers of an entry, or of one command that answers several values, would become too many bytes. */
    ANSWERS_TOO_LONG(5),
    /** The operations of one entry would write too many bytes of values anew. */
    TOO_MUCH_REWRITTEN(6),
    /** The operations of a transaction would look at too many keys. */
    TOO_MANY_LOOKS(7);

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
      throw FormatException.newer("refusal " + code + " was written by a newer version");
    }
  }
}
