package io.github.balsaraft.storage.rocksdb;

import io.github.balsaraft.model.CorruptDataException;
import io.github.balsaraft.storage.LogStoreException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/** What an operator is told when RocksDB fails. */
final class Failures {

  private Failures() {}

  static LogStoreException whileOpening(Path directory, RocksDBException e) {
    if (isDiskFull(e)) {
      return diskFull(directory, e);
    }
    if (isCorruption(e)) {
      return damaged(directory, String.valueOf(e.getMessage()), e);
    }
    if (isInUse(e)) {
      return new LogStoreException(
          "the database in " + directory + " is in use by a running process: stop that one first",
          e);
    }
    return new LogStoreException(
        "the database in " + directory + " can't be opened: " + e.getMessage(), e);
  }

  static LogStoreException whileWriting(Path directory, RocksDBException e) {
    if (isDiskFull(e)) {
      return diskFull(directory, e);
    }
    return new LogStoreException(
        "writing to " + directory + " failed (" + e.getMessage()
            + "): what the disk holds is unknown, check it and start the process anew",
        e);
  }

  /** Of an error that RocksDB has met without a write to throw it from; it doesn't always say which. */
  static LogStoreException inBackground(Path directory, @Nullable Status error) {
    if (error != null) {
      return whileWriting(directory, new RocksDBException(String.valueOf(error.getState()), error));
    }
    return new LogStoreException("writing out tables of "
        + directory
        + " failed: check the disk and the room on it, then start the process anew (details in"
        + " the file LOG)");
  }

  /** Damage is told apart from other failures: only its entry is lost, and others have it. */
  static RuntimeException whileReading(Path directory, RocksDBException e) {
    if (isCorruption(e)) {
      return new CorruptDataException(
          "a stored block in " + directory + " is damaged: " + e.getMessage());
    }
    return new LogStoreException("reading from " + directory + " failed: " + e.getMessage(), e);
  }

  static LogStoreException damaged(Path directory, String what, Throwable cause) {
    return new LogStoreException(damagedMessage(directory, what), cause);
  }

  static LogStoreException damaged(Path directory, String what) {
    return new LogStoreException(damagedMessage(directory, what));
  }

  static LogStoreException newerFormat(Path directory, String what) {
    return new LogStoreException(
        "the log store in " + directory + " was written by a newer version (" + what
            + "): start that version, nothing is wrong with the data");
  }

  private static String damagedMessage(Path directory, String what) {
    return "the log store in " + directory + " is damaged (" + what
        + "): set the folder aside and let this host join again as a new replica";
  }

  private static LogStoreException diskFull(Path directory, RocksDBException e) {
    return new LogStoreException(
        "the disk of " + directory + " is full: make room and start the process anew ("
            + e.getMessage() + ")",
        e);
  }

  /** Its status is that of any failed I/O, so this goes by how RocksDB begins: what follows has the path, and words of the system's language. */
  private static boolean isInUse(RocksDBException e) {
    String message = String.valueOf(e.getMessage());
    return message.startsWith("lock hold by current process")
        || (message.startsWith("While lock file: ") && !message.endsWith("No locks available"));
  }

  private static boolean isDiskFull(RocksDBException e) {
    Status status = e.getStatus();
    return status != null && status.getSubCode() == Status.SubCode.NoSpace;
  }

  private static boolean isCorruption(RocksDBException e) {
    Status status = e.getStatus();
    return status != null && status.getCode() == Status.Code.Corruption;
  }
}
