package io.github.balsaraft.testing.simulation.checks;

import io.github.balsaraft.model.EntryType;
import java.util.zip.CRC32C;

/** A number that stands for the content of an entry, so that contents can be compared without being kept. */
final class Signatures {

  private static final long ODD = 0x9E37_79B9_7F4A_7C15L;

  private Signatures() {}

  /** Never zero. The same for the same content; for another one it differs, but for a chance of one in billions. */
  static long of(EntryType type, long logTimeMillis, byte[] payload) {
    CRC32C crc = new CRC32C();
    crc.update(payload, 0, payload.length);
    long mixed = crc.getValue() | ((long) type.code() << 32);
    return ((mixed * ODD) ^ Long.rotateLeft((logTimeMillis + 1) * ODD, 31)) | 1;
  }
}
