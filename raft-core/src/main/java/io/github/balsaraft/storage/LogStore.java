package io.github.balsaraft.storage;

import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.GroupId;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the logs and hard states of all groups of one host. Its promise is the one that Raft's safety rests on: what
 * {@link #write} has returned for survives a crash of the process and a loss of power (Raft paper, figure 2,
 * "persistent state").
 *
 * <p><b>Order.</b> A write is atomic: after a crash all of it is there or nothing. Writes take effect in the order in which
 * they were made: if one is there after a crash, so are all before it.
 *
 * <p><b>Failure.</b> After {@link #write} has thrown, nothing is known about what the disk holds. The host stops taking
 * part at once and never writes again; an implementation refuses later writes and never syncs again in hope. Reads that
 * were on their way by then still come: each is answered as ever, or throws.
 *
 * <p><b>Threads.</b> {@link #recover} is called once, before anything else. Then one thread at a time calls {@link #write},
 * while any number of threads call {@link #read} and {@link #approximateBytes}. {@link #close} is called when none of these calls is under way, and none
 * comes after it; {@link #durability} may be asked at any time, even then.
 */
public interface LogStore extends AutoCloseable {

  /**
   * Reads everything that a host must know to go on, without reading payloads of commands. What it returns is durable:
   * whatever a crash may have left in caches only is made durable anew first.
   *
   * @throws LogStoreException if the folder can't be read, is damaged, is of a newer format, or is in use by another
   *     process; the message says which and what to do
   */
  RecoveredState recover();

  /**
   * Makes a write durable. Blocks until it is.
   *
   * @throws LogStoreException if that failed; see "Failure" above
   */
  void write(LogWrite write);

  /**
   * Reads entries that were written before, checking their checksums.
   *
   * @param fromIndex the first index; at least the log's first
   * @param toIndex the last index, inclusive; at most the log's last
   * @param maxBytes stop before the batch that would exceed this, but return at least one entry
   * @return contiguous batches, the first of which starts at {@code fromIndex}; may end before {@code toIndex}
   * @throws CompactedException if {@code fromIndex} was compacted away
   * @throws io.github.balsaraft.model.CorruptDataException if stored bytes fail their checksum
   * @throws io.github.balsaraft.model.UnknownFormatException if a newer version wrote one of the entries
   * @throws LogStoreException if the log doesn't reach to {@code fromIndex} or can't be read
   */
  List<EntryBatch> read(GroupId group, long fromIndex, long toIndex, long maxBytes);

  /**
   * About how many bytes the entries between two indexes take, without reading them: a state machine that keeps its state by itself gets
   * none of them again after a restart, and they count all the same when the next snapshot is due.
   *
   * @param fromIndex the first index; at least the log's first
   * @param toIndex the last index, inclusive; at most the log's last
   * @return 0 if the store doesn't know; then only time and the number of entries bound what such a log grows to
   * @throws LogStoreException if that can't be found out
   */
  default long approximateBytes(GroupId group, long fromIndex, long toIndex) {
    return 0;
  }

  /**
   * How a {@link #write} is made durable, for status and logs. Anything but {@link Durability#SYNCED} is unsafe and is
   * shown to the operator.
   */
  Durability durability();

  /**
   * Names a listener to whom the store tells a failure that no write is there to throw, such as one of work in the
   * background. From then on every write throws. A failure that came before is told at once.
   *
   * <p>The listener is called at most once, on any thread, also on one that is writing. It returns soon and doesn't call
   * the store. A store without work in the background may never call it.
   */
  default void onFailure(Consumer<LogStoreException> listener) {}

  /**
   * Where snapshots go that are to live with this log, if nobody says otherwise: they belong together, since a log is cut where a
   * snapshot stands in. Asked once, after {@link #recover}; who asks closes what is returned.
   *
   * @return null if there is no such place, and then the log is never cut unless the host is given a store for snapshots
   */
  default @Nullable SnapshotStore openSnapshots() {
    return null;
  }

  /** Releases the folder. What was written stays durable. */
  @Override
  void close();

  /** How far a write has come when {@link LogStore#write} returns. */
  enum Durability {
    /** On stable storage: survives power loss. */
    SYNCED,
    /** Handed to the operating system: survives a crash of the process, not power loss. */
    UNSAFE_NOT_SYNCED,
    /** In memory only: survives nothing. For tests and for groups whose replicas never fail together. */
    UNSAFE_IN_MEMORY
  }
}
