package io.github.balsaraft.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Function;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What holds for every stored form: it is read back as it was, and no damage goes unnoticed. */
final class StoredForms {

  private StoredForms() {}

  /** Fails unless the bytes are read as this value. */
  static <T> void assertReadAs(T value, byte[] stored, Function<byte[], T> decoder) {
    assertThat(decoder.apply(stored.clone())).isEqualTo(value);
  }

  /** Fails if a flipped bit, a missing end or added bytes are read as anything. */
  static void assertDamageIsNoticed(byte[] stored, Function<byte[], ?> decoder) {
    for (int bit = 0; bit < stored.length * 8; bit++) {
      byte[] damaged = stored.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      assertRefused("bit " + bit % 8 + " of byte " + bit / 8, () -> decoder.apply(damaged));
    }
    for (int length = 0; length < stored.length; length++) {
      byte[] cut = Arrays.copyOf(stored, length);
      assertRefused("cut to " + length + " bytes", () -> decoder.apply(cut));
    }
    byte[] longer = Arrays.copyOf(stored, stored.length + 1);
    assertRefused("one byte more", () -> decoder.apply(longer));
    assertRefused("zeros", () -> decoder.apply(new byte[stored.length]));
  }

  /** The record with its version replaced and the checksum made right again. */
  static byte[] withVersion(int version, byte[] record) {
    byte[] changed = record.clone();
    changed[0] = (byte) version;
    int crc = StoredRecord.crc32c(changed, 0, changed.length - 4);
    ByteBuffer.wrap(changed).putInt(changed.length - 4, crc);
    return changed;
  }

  private static void assertRefused(String damage, ThrowingCallable decoding) {
    assertThatThrownBy(decoding)
        .as(damage)
        .isInstanceOfAny(CorruptDataException.class, UnknownFormatException.class);
  }
}
