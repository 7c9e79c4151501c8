package io.github.balsaraft.model;

/**
 * Answer to a {@link SnapshotRequest}.
 *
 * @param fetch that of the request
 * @param status whether there is something in it
 * @param snapshot of which snapshot it is a part; {@link EntryId#NONE} and 0 if there is none
 * @param file that of the request
 * @param offset that of the request
 * @param fileBytes the size of the whole file
 * @param checksum the CRC32C of the bytes
 * @param bytes the part; empty if the status says that there is none. Nobody may change them
 */
// An array, because chunks are passed on as they are and never compared.
@SuppressWarnings("ArrayRecordComponent")
public record SnapshotChunk(
    ReplicaId from,
    ReplicaId to,
    long fetch,
    Status status,
    SnapshotId snapshot,
    int file,
    long offset,
    long fileBytes,
    int checksum,
    byte[] bytes)
    implements ServiceMessage {

  /** What is known at the source. An open set: the codes are sent and never reused. */
  public enum Status {
    /** Here it is. */
    PART(1),
    /** Not yet: there is no such snapshot, and one is being taken; or the part has to wait, as its source may send only so much. */
    BEING_TAKEN(2),
    /** There is none, or not any more. */
    GONE(3);

    private final int code;

    Status(int code) {
      this.code = code;
    }

    /** The code on the wire. */
    public int code() {
      return code;
    }

    /**
     * The status of a code.
     *
     * @throws UnknownFormatException if a newer version sent it
     */
    public static Status ofCode(int code) {
      for (Status status : values()) {
        if (status.code == code) {
          return status;
        }
      }
      throw new UnknownFormatException("snapshot status " + code + " is of a newer version");
    }
  }

  /** Whether the bytes are those that were sent. */
  public boolean isIntact() {
    return checksum == StoredRecord.crc32c(bytes, 0, bytes.length);
  }

  /** The answer that there is nothing to send. */
  public static SnapshotChunk without(SnapshotRequest request, Status status) {
    return new SnapshotChunk(
        request.to(),
        request.from(),
        request.fetch(),
        status,
        new SnapshotId(EntryId.NONE, request.unique()),
        request.file(),
        request.offset(),
        0,
        0,
        new byte[0]);
  }

  /** The answer with a part of a file. */
  public static SnapshotChunk part(
      SnapshotRequest request, SnapshotId snapshot, long fileBytes, byte[] bytes) {
    return new SnapshotChunk(
        request.to(),
        request.from(),
        request.fetch(),
        Status.PART,
        snapshot,
        request.file(),
        request.offset(),
        fileBytes,
        StoredRecord.crc32c(bytes, 0, bytes.length),
        bytes);
  }

  @Override
  public boolean isBulk() {
    return true;
  }
}
