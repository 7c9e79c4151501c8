package io.github.balsaraft.examples.kv.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * Holds a folder for this process, from before it writes anything else there until it ends. So a second start is refused
 * without a trace in the files of the first, its log included. The lock file names the process, for people.
 */
final class FolderClaim implements AutoCloseable {

  /** Held by a server, in its folder. */
  static final String SERVER = "node.lock";

  /** Held by a demo, in the folder that has those of its servers. */
  static final String DEMO = "demo.lock";

  /** Beyond the text, so that it can be read where locks are mandatory. */
  private static final long LOCKED_BYTE = Long.MAX_VALUE - 1;

  private static final int LONGEST_TEXT = 20;

  private final FileChannel channel;

  private FolderClaim(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Takes a folder that exists.
   *
   * @throws StartupException if another process holds it
   * @throws IOException if the lock file can't be written
   */
  static FolderClaim take(Path folder, String file) throws IOException {
    FileChannel channel = FileChannel.open(
        folder.resolve(file),
        StandardOpenOption.CREATE,
        StandardOpenOption.READ,
        StandardOpenOption.WRITE);
    try {
      if (!isLocked(channel)) {
        throw new StartupException("the folder " + folder + " is in use by a running process ("
            + read(channel) + "); stop that one first, or choose another --data");
      }
      channel.truncate(0);
      channel.write(
          ByteBuffer.wrap(String.valueOf(ProcessHandle.current().pid()).getBytes(US_ASCII)), 0);
      return new FolderClaim(channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /**
   * The process that holds a folder, if one does; an empty text if it can't be told which. Not to be asked about a folder
   * that this process holds: POSIX would then drop the lock.
   */
  static Optional<String> holder(Path folder, String file) {
    Path lock = folder.resolve(file);
    if (!Files.exists(lock)) {
      return Optional.empty();
    }
    try (FileChannel channel =
        FileChannel.open(lock, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return isLocked(channel) ? Optional.empty() : Optional.of(read(channel));
    } catch (IOException e) {
      // Not ours to write: who starts something there will be told.
      return Optional.empty();
    }
  }

  private static boolean isLocked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock(LOCKED_BYTE, 1, false) != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  private static String read(FileChannel channel) throws IOException {
    ByteBuffer text = ByteBuffer.allocate(LONGEST_TEXT);
    channel.read(text, 0);
    return US_ASCII.decode(text.flip()).toString().strip();
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // The lock goes with the process at the latest; nothing was to be written.
    }
  }
}
