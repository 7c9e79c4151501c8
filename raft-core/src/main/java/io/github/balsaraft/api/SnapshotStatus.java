package io.github.balsaraft.api;

import io.github.balsaraft.model.HostId;
import java.time.Duration;
import java.util.Optional;

/**
 * How it stands with the snapshots of a node.
 *
 * @param enabled whether it takes any: the state machine can be written down, and there is a place for snapshots
 * @param firstIndex the first index of the log here; what was before is in a snapshot
 * @param last the newest snapshot here; empty if there is none
 * @param taking the one that is being written; empty if none is
 * @param restoring the one of this node that the state is being restored from at the start; empty if none is
 * @param fetching the one that is being fetched from another member; empty if none is. One may be fetched while the start's is
 *     restored
 * @param logBytesSince how many bytes of entries were applied since the last one, or since the start if there is none
 * @param problem why none was taken the last time, or why none can be; empty if all is well
 */
public record SnapshotStatus(
    boolean enabled,
    long firstIndex,
    Optional<Last> last,
    Optional<Taking> taking,
    Optional<Restoring> restoring,
    Optional<Fetching> fetching,
    long logBytesSince,
    String problem) {

  /** Of a node of which nothing is known yet. */
  public static final SnapshotStatus NONE = new SnapshotStatus(
      false, 1, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), 0, "");

  /**
   * A snapshot that is complete.
   *
   * @param index of the last entry that it covers
   * @param bytes its size
   * @param age since when it is there; empty if it was before this node started
   */
  public record Last(long index, long bytes, Optional<Duration> age) {}

  /**
   * A snapshot that is being written.
   *
   * @param index of the last entry that it covers
   * @param bytes how much was written
   * @param since for how long it has been written
   */
  public record Taking(long index, long bytes, Duration since) {}

  /**
   * A snapshot that was here at the start, from when the state machine begins to take it over until it has.
   *
   * @param bytes how much of it was read for that
   * @param ofBytes its size
   * @param since for how long it has been restored
   * @param unchangedFor for how long nothing of it was read
   */
  public record Restoring(long bytes, long ofBytes, Duration since, Duration unchangedFor) {}

  /**
   * A snapshot that is being fetched, until the state is that of it.
   *
   * @param from from which host; empty if that isn't known
   * @param bytes how much of it is here; when it is verified or restored: how much of it was read for that
   * @param ofBytes its size; 0 as long as that isn't known
   * @param since for how long it has been fetched
   * @param phase what is being done with it
   * @param unchangedFor for how long nothing has come or was read, and no step with the disk has ended. A phase that takes as long as the disk
   *     likes may never end if the disk hangs. While the state machine takes over another snapshot before it, that is what must get on
   */
  public record Fetching(
      Optional<HostId> from,
      long bytes,
      long ofBytes,
      Duration since,
      Phase phase,
      Duration unchangedFor) {

    /** What is being done with a snapshot that is fetched; in this order. */
    public enum Phase {
      /** What is here of it from an earlier fetch is read again. */
      TAKING_UP,
      /** Its parts are asked for, come, and are stored. */
      FETCHING,
      /** All of it is here, and is read once more before anything rests on it. */
      VERIFYING,
      /** The state machine takes it in place of its state, or does so next. */
      RESTORING
    }
  }
}
