package io.github.balsaraft.examples.kv.state;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;

/**
 * Some bytes that never change: a key, a value, an argument. Any byte may occur.
 *
 * <p>Comparable, so that a hash table keeps its speed when somebody makes up keys that collide.
 */
public final class Bytes implements Comparable<Bytes> {

  /** No bytes at all. */
  public static final Bytes EMPTY = new Bytes(new byte[0]);

  private final byte[] array;

  /** Computed when first asked for; 0 until then. A race computes the same value twice. */
  private int hash;

  private Bytes(byte[] array) {
    this.array = array;
  }

  /** Takes the array as it is; nobody may change it afterwards. */
  public static Bytes wrap(byte[] array) {
    return array.length == 0 ? EMPTY : new Bytes(array);
  }

  /** The UTF-8 encoding of a text. */
  public static Bytes of(String text) {
    return wrap(text.getBytes(UTF_8));
  }

  /** The decimal digits of a number. */
  public static Bytes of(long number) {
    return wrap(Long.toString(number).getBytes(ISO_8859_1));
  }

  /** The bytes themselves, not a copy: read only. */
  public byte[] array() {
    return array;
  }

  /** How many. */
  public int length() {
    return array.length;
  }

  /** These bytes followed by others. */
  public Bytes plus(Bytes more) {
    byte[] joined = Arrays.copyOf(array, array.length + more.array.length);
    System.arraycopy(more.array, 0, joined, array.length, more.array.length);
    return wrap(joined);
  }

  /** Those before the first zero byte, where a string of C ends; all if there is none. */
  public Bytes upToZero() {
    for (int i = 0; i < array.length; i++) {
      if (array[i] == 0) {
        return wrap(Arrays.copyOf(array, i));
      }
    }
    return this;
  }

  /** One character for each byte. Loses nothing, and is what the protocol's own ASCII words need. */
  public String latin1() {
    return new String(array, ISO_8859_1);
  }

  @Override
  public int compareTo(Bytes other) {
    return Arrays.compareUnsigned(array, other.array);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bytes that && Arrays.equals(array, that.array);
  }

  @Override
  public int hashCode() {
    int known = hash;
    if (known == 0) {
      known = Arrays.hashCode(array);
      hash = known;
    }
    return known;
  }

  /** For people: bytes that are not UTF-8 show as replacement characters. */
  @Override
  public String toString() {
    return new String(array, UTF_8);
  }
}
