package io.github.balsaraft.model;

/**
 * Which snapshot: the same id means the same bytes, wherever they are.
 *
 * @param last the last entry that it covers
 * @param unique drawn at random by the replica that took it, because two replicas write the same state in different bytes
 */
public record SnapshotId(EntryId last, long unique) {

  /** Writes {@code index@term} and the number in hexadecimal digits. */
  @Override
  public String toString() {
    return last + "#" + Long.toHexString(unique);
  }
}
