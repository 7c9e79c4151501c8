package io.github.balsaraft.storage;

import io.github.balsaraft.model.GroupId;
import io.github.balsaraft.model.HostRecord;
import io.github.balsaraft.model.SnapshotHeader;
import io.github.balsaraft.model.SnapshotId;
import io.github.balsaraft.model.SnapshotManifest;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the snapshots of all groups of one host. A snapshot is a manifest and one or more files with names of their own; it comes
 * into being in one step, and is there as a whole or not at all, whenever the power goes.
 *
 * <p><b>Failure.</b> A snapshot whose writing has failed is not there, and does no harm to others: that is reported, and a new one
 * may be written, into new files. Bytes that change by themselves later are found when they are read: see {@link Stored}.
 *
 * <p><b>Threads.</b> Any number of threads may use a store; each of the objects that it returns is used by one at a time.
 */
public interface SnapshotStore extends AutoCloseable {

  /**
   * Whose snapshots these are, as {@link #claim} was told the last time: a log and its snapshots belong together, and a host refuses
   * those of another. A store that outlives no process needn't keep it.
   *
   * @return null if nobody has claimed them
   * @throws io.github.balsaraft.model.CorruptDataException if the record is damaged: somebody has claimed them, and nobody knows who
   * @throws IOException if it can't be read, or a newer version wrote it
   */
  default @Nullable HostRecord owner() throws IOException {
    return null;
  }

  /** Writes down, durably and in one step, whose snapshots these are from now on. */
  default void claim(HostRecord owner) throws IOException {}

  /**
   * Finds the snapshots of a group, and removes what a crash has left of others, but for one that was being received. What is
   * returned is durable. To be called once for each group, before anything else is done with it.
   *
   * <p>A snapshot that had come into being and is damaged now is not removed: {@link #damaged} tells of it.
   *
   * @return those that are complete, the newest first; whether their bytes are intact is not looked at
   * @throws IOException if the folder can't be read or written
   */
  List<SnapshotManifest> recover(GroupId group) throws IOException;

  /**
   * The snapshots of a group that had come into being, and that {@link #recover} can't return: their manifest is damaged, or a
   * file is missing or has another length. They stay until they are deleted: what is left of them is all that there is of what
   * they held, if the log was cut behind them.
   *
   * @return what {@link #recover} has found the last time; those only that were not deleted since
   */
  default List<Damaged> damaged(GroupId group) throws IOException {
    return List.of();
  }

  /**
   * Others fetch snapshots chunk by chunk, in messages in which a chunk has so much room: those that {@link #create} begins from now on are
   * to have none that is larger. Called before anything is created. A store that doesn't follow it can't serve anybody if its chunks turn
   * out to be larger.
   */
  default void chunksOfAtMost(int bytes) {}

  /**
   * Begins a snapshot of this replica's own state. Nobody knows how large it will be. A store that sees while it is written that the room
   * comes to an end should throw before it has: a disk that is filled up fails the log on it as well.
   *
   * @param unique see {@link SnapshotId}
   */
  Draft create(GroupId group, SnapshotHeader header, long unique) throws IOException;

  /**
   * Begins to receive a snapshot of another replica, or goes on with it. Each group receives one at a time: what there is of
   * another one is removed. A store that knows that it has no room for the rest should refuse it; what it has of it may go for that.
   */
  Receipt receive(GroupId group, SnapshotManifest manifest) throws IOException;

  /**
   * Of which snapshot a part is here that {@link #receive} would go on with. A store that begins anew each time says null.
   *
   * @throws IOException if the folder can't be read
   */
  default @Nullable SnapshotManifest receivedInPart(GroupId group) throws IOException {
    return null;
  }

  /**
   * Opens a snapshot. As long as it is open it stays, even if it is deleted.
   *
   * @throws IOException if it is not there or can't be read
   */
  Stored open(GroupId group, SnapshotId snapshot) throws IOException;

  /** Removes a snapshot, if it is there; at once, or as soon as nobody has it open any more. */
  void delete(GroupId group, SnapshotId snapshot) throws IOException;

  /** Releases the folder. What is being written is given up, and throws. */
  @Override
  void close();

  /**
   * A snapshot that can't be read any more.
   *
   * @param snapshot which one, as {@link #delete} takes it
   * @param problem what is wrong with it, for people
   */
  record Damaged(SnapshotId snapshot, String problem) {}

  /** A snapshot that is being written. Closing it without {@link #commit} removes what was written. */
  interface Draft extends Closeable {

    /**
     * Begins a file. Files are written one after the other; the next one ends the one before.
     *
     * @param name differs from those of the other files
     */
    OutputStream file(String name) throws IOException;

    /** How much was written so far. On any thread. */
    long bytes();

    /** Makes the snapshot durable, in one step. Once this has returned it survives power loss. */
    SnapshotManifest commit() throws IOException;
  }

  /** A snapshot that is being received. Closing it without {@link #commit} or {@link #discard} keeps what was received. */
  interface Receipt extends Closeable {

    /** How many chunks of a file are here, from its beginning on, each verified. */
    int received(int file);

    /**
     * Takes the next chunk of a file.
     *
     * @param file its place in the manifest's list, from 0 on
     * @throws io.github.balsaraft.model.CorruptDataException if it is not the one that the manifest tells of; nothing has changed
     *     then
     */
    void add(int file, byte[] chunk) throws IOException;

    /**
     * Makes the snapshot durable, in one step. Once this has returned it survives power loss.
     *
     * @throws IllegalStateException if a chunk is missing
     */
    void commit() throws IOException;

    /** Removes what was received. */
    void discard() throws IOException;
  }

  /** A snapshot that is open for reading. Every byte that it returns was verified. */
  interface Stored extends Closeable {

    /** What it consists of. */
    SnapshotManifest manifest();

    /**
     * Reads a chunk.
     *
     * @param file its place in the manifest's list, from 0 on
     * @throws io.github.balsaraft.model.CorruptDataException if it fails its checksum
     */
    byte[] chunk(int file, int chunk) throws IOException;

    /**
     * Reads a file from its beginning. Closing the stream is optional.
     *
     * @throws IOException if there is no such file; reading throws a {@link io.github.balsaraft.model.CorruptDataException}
     *     where bytes fail their checksum
     */
    InputStream file(String name) throws IOException;

    /**
     * Reads all of it.
     *
     * @throws io.github.balsaraft.model.CorruptDataException if something fails its checksum; the message says what
     */
    default void verify() throws IOException {
      for (int file = 0; file < manifest().files().size(); file++) {
        for (int chunk = 0; chunk < manifest().files().get(file).chunks(); chunk++) {
          chunk(file, chunk);
        }
      }
    }
  }
}
