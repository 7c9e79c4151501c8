package io.github.balsaraft.examples.kv.resp;

import io.github.balsaraft.examples.kv.state.Bytes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One reply of RESP2. */
public sealed interface Reply {

  /** What most writes are answered with. */
  Reply OK = new Status("OK");

  /** No value. */
  Reply NIL = new Bulk(null);

  /** No array: an EXEC that didn't take place. */
  Reply NO_ARRAY = new NoArray();

  /** A short text. */
  record Status(String text) implements Reply {}

  /**
   * An error.
   *
   * @param text begins with the code, a word in capitals. Line breaks are written as blanks, as Redis does
   */
  record Failure(String text) implements Reply {}

  /** An integer. */
  record Int(long value) implements Reply {}

  /**
   * A value.
   *
   * @param bytes or null for no value
   */
  record Bulk(@Nullable Bytes bytes) implements Reply {

    /** The UTF-8 encoding of a text. */
    public static Bulk of(String text) {
      return new Bulk(Bytes.of(text));
    }
  }

  /** Instead of several replies; {@link #NO_ARRAY} is the only one needed. */
  record NoArray() implements Reply {}

  /** Several replies. */
  record Array(List<Reply> replies) implements Reply {
    public Array {
      replies = List.copyOf(replies);
    }
  }
}
