package io.github.balsaraft.storage.rocksdb;

import java.util.Arrays;
import java.util.Random;

/** Files that have got their new length before a loss of power, but not all the sectors of what was written last. */
final class TornSectors {

  private static final int SECTOR_BYTES = 512;

  /** So few zeros before the border of a sector nobody can tell from content. */
  private static final int MIN_HOLE_BYTES = 32;

  private TornSectors() {}

  /** All sectors from one on are missing. */
  static byte[] withoutEnd(byte[] bytes, int from, Random random) {
    byte[] torn = bytes.clone();
    int sector = (from + random.nextInt(bytes.length - from)) / SECTOR_BYTES * SECTOR_BYTES;
    Arrays.fill(torn, Math.max(from, sector), torn.length, (byte) 0);
    return torn;
  }

  /** Any sectors are missing, at least one. */
  static byte[] withHoles(byte[] bytes, int from, Random random) {
    byte[] torn = bytes.clone();
    int sectors = (bytes.length - 1) / SECTOR_BYTES - from / SECTOR_BYTES + 1;
    int certain = random.nextInt(sectors);
    for (int i = 0; i < sectors; i++) {
      if (i == certain || random.nextBoolean()) {
        int sector = from / SECTOR_BYTES + i;
        clear(torn, Math.max(from, sector * SECTOR_BYTES), (sector + 1) * SECTOR_BYTES);
      }
    }
    return torn;
  }

  private static void clear(byte[] bytes, int from, int border) {
    int to = Math.min(border, bytes.length);
    if (to - from >= MIN_HOLE_BYTES) {
      Arrays.fill(bytes, from, to, (byte) 0);
    }
  }
}
