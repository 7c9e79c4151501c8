package io.github.balsaraft.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.function.Function;

/**
 * Turns values of a type into bytes and back; for a {@link TypedStateMachine}. It should begin with a version, so that a later version of
 * the application can tell what an earlier one has written: the log holds it for long.
 *
 * <p><b>Threads.</b> Used by several at the same time; a codec without fields of its own is fine.
 *
 * @param <T> values that never change
 */
public interface Codec<T> {

  /** The bytes of a value, in an array of its own. */
  byte[] encode(T value);

  /**
   * Reads all of the bytes.
   *
   * @param bytes read-only, big-endian, and only valid during the call
   * @throws CommandRejectedException if it is a command that no version of the application has ever written or will write, such as one cut
   *     off. It is answered to its proposer. Anything else that is thrown is taken for what a newer version has written, and the replica
   *     stops: one that knew it would apply it
   */
  T decode(ByteBuffer bytes);

  /** Text as UTF-8; bytes that are none become replacement characters. */
  static Codec<String> text() {
    return of(text -> text.getBytes(UTF_8), bytes -> UTF_8.decode(bytes).toString());
  }

  /** A codec of two functions. */
  static <T> Codec<T> of(Function<T, byte[]> encoder, Function<ByteBuffer, T> decoder) {
    return new Codec<>() {
      @Override
      public byte[] encode(T value) {
        return encoder.apply(value);
      }

      @Override
      public T decode(ByteBuffer bytes) {
        return decoder.apply(bytes);
      }
    };
  }
}
