package io.github.balsaraft.model;

import java.nio.ByteBuffer;

/**
 * One entry of the log, as a view into its {@link EntryBatch}.
 *
 * @param id where it is
 * @param type what it means
 * @param logTimeMillis the log time of its batch: milliseconds since 1970 by the leaders' clocks, never going back
 * @param payload read-only view of the payload; its position is zero
 */
public record Entry(EntryId id, EntryType type, long logTimeMillis, ByteBuffer payload) {

  /** The payload as an array of its own. */
  public byte[] payloadBytes() {
    byte[] bytes = new byte[payload.remaining()];
    payload.duplicate().get(bytes);
    return bytes;
  }
}
