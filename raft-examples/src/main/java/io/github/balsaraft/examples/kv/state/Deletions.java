package io.github.balsaraft.examples.kv.state;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/**
 * When keys were deleted last, in memory. WATCH needs it: a key that was made and deleted again leaves nothing else behind.
 *
 * <p>To remember each key would take memory without a bound. So keys are in groups by their hashes, and what is remembered is the last
 * deletion in each group: the deletion of a watched key is never missed, and rarely that of another one is taken for it.
 */
final class Deletions {

  /** As many as two bytes tell apart. */
  static final int GROUPS = 1 << Character.SIZE;

  private final long[] last;

  /** None yet. */
  Deletions() {
    this(new long[GROUPS]);
  }

  private Deletions(long[] last) {
    this.last = last;
  }

  static int groupOf(Bytes key) {
    return (int) (KeyHash.of(key) >>> (Long.SIZE - Character.SIZE));
  }

  /** The version of the last deletion in a group; 0 if there was none. */
  long of(int group) {
    return last[group];
  }

  void put(int group, long version) {
    last[group] = version;
  }

  Deletions copy() {
    return new Deletions(last.clone());
  }

  /** Writes those that there were. */
  void writeTo(DataOutputStream out) throws IOException {
    int count = 0;
    for (long version : last) {
      count += version == 0 ? 0 : 1;
    }
    out.writeInt(count);
    for (int group = 0; group < GROUPS; group++) {
      if (last[group] != 0) {
        out.writeChar(group);
        out.writeLong(last[group]);
      }
    }
  }

  /** Puts what was written into a store. */
  static void read(DataInputStream in, KeyStore into) throws IOException {
    for (int left = in.readInt(); left > 0; left--) {
      into.putLastDeletion(in.readChar(), in.readLong());
    }
  }
}
