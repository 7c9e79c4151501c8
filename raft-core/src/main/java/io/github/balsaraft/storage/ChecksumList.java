package io.github.balsaraft.storage;

import java.util.Arrays;

/** Numbers in the order in which they came. */
final class ChecksumList {

  private int[] checksums = new int[16];
  private int size;

  void add(int checksum) {
    if (size == checksums.length) {
      checksums = Arrays.copyOf(checksums, 2 * size);
    }
    checksums[size++] = checksum;
  }

  int[] toArray() {
    return Arrays.copyOf(checksums, size);
  }
}
