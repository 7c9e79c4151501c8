package io.github.balsaraft.model;

/**
 * A replica that takes a snapshot over asks its source for a part of it. Repeated until it comes: which part that is stands in the
 * request, so a repetition, or one that comes late, does no harm.
 *
 * @param fetch the number of the fetch, drawn at random; echoed in the answer
 * @param atLeast up to where the snapshot must cover the log, at least; of one that was begun, exactly
 * @param unique of the snapshot that was begun; 0 for the source's newest
 * @param file its place in the manifest's list, from 1 on; {@link #MANIFEST} for the manifest itself
 * @param offset from which byte of the file on
 * @param maxBytes how much at most
 */
public record SnapshotRequest(
    ReplicaId from,
    ReplicaId to,
    long fetch,
    EntryId atLeast,
    long unique,
    int file,
    long offset,
    int maxBytes)
    implements ServiceMessage {

  /** The number of the manifest. */
  public static final int MANIFEST = 0;
}
