package io.github.balsaraft.storage.rocksdb;

import java.util.Arrays;
import java.util.Random;

/** What a loss of power may leave of the part of a file that was not synced. */
enum UnsyncedLoss {
  /** Nothing of it. */
  ALL {
    @Override
    byte[] left(byte[] bytes, int from, Random random) {
      return Arrays.copyOf(bytes, from);
    }
  },
  /** No more than the beginning of a record's header. */
  ALL_BUT_A_FEW_BYTES {
    @Override
    byte[] left(byte[] bytes, int from, Random random) {
      return Arrays.copyOf(bytes, from + 1 + random.nextInt(Math.min(9, bytes.length - from)));
    }
  },
  /** Any part from its beginning on. */
  END {
    @Override
    byte[] left(byte[] bytes, int from, Random random) {
      return Arrays.copyOf(bytes, from + random.nextInt(bytes.length - from));
    }
  },
  LAST_BYTE {
    @Override
    byte[] left(byte[] bytes, int from, Random random) {
      return Arrays.copyOf(bytes, bytes.length - 1);
    }
  },
  NOTHING {
    @Override
    byte[] left(byte[] bytes, int from, Random random) {
      return bytes;
    }
  },
  /** The file has its length, and not the sectors of the end. */
  LAST_SECTORS {
    @Override
    byte[] left(byte[] bytes, int from, Random random) {
      return TornSectors.withoutEnd(bytes, from, random);
    }
  },
  /** The file has its length, and not all of its sectors. */
  ANY_SECTORS {
    @Override
    byte[] left(byte[] bytes, int from, Random random) {
      return TornSectors.withHoles(bytes, from, random);
    }
  };

  /**
   * What is left of a file.
   *
   * @param from where the part begins that was not synced, of one byte at least
   */
  abstract byte[] left(byte[] bytes, int from, Random random);
}
