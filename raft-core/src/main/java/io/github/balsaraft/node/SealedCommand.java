package io.github.balsaraft.node;

import io.github.balsaraft.model.Payloads;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A command on its way to the leader, with the CRC32C that its proposer took of it in front: the same checksum then goes
 * with it to every disk.
 *
 * @param command what was proposed
 * @param crc32c its checksum, as its proposer took it
 */
@SuppressWarnings("ArrayRecordComponent")
record SealedCommand(byte[] command, int crc32c) {

  private static final int CHECKSUM_BYTES = 4;

  static byte[] seal(Proposal proposal) {
    return ByteBuffer.allocate(CHECKSUM_BYTES + proposal.command.length)
        .putInt(proposal.crc32c)
        .put(proposal.command)
        .array();
  }

  /** The command, or null if it was damaged on the way. */
  static @Nullable SealedCommand open(byte[] sealed) {
    if (sealed.length < CHECKSUM_BYTES) {
      return null;
    }
    int crc32c = ByteBuffer.wrap(sealed).getInt();
    byte[] command = Arrays.copyOfRange(sealed, CHECKSUM_BYTES, sealed.length);
    return Payloads.checksum(command) == crc32c ? new SealedCommand(command, crc32c) : null;
  }
}
