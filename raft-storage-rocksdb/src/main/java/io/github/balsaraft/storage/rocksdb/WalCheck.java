package io.github.balsaraft.storage.rocksdb;

import io.github.balsaraft.storage.LogStore.Durability;
import io.github.balsaraft.storage.LogStoreException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the MANIFEST and at the write-ahead log before RocksDB does. A torn record at the end of the newest file, whose write was never
 * acknowledged if writes are synced, is cut off here; any other fault refuses the folder.
 */
final class WalCheck {

  private static final Logger LOG = LoggerFactory.getLogger(WalCheck.class);
  private static final Pattern NAME = Pattern.compile("\\d+\\.log");

  private WalCheck() {}

  /**
   * Checks all files of the log.
   *
   * @param durability whether what was acknowledged was synced, as far as the settings of this start tell
   * @return the sequence number of the last intact record, or 0 if there is none: RocksDB must know it after opening
   * @throws LogStoreException if the log is damaged or can't be read
   */
  static long run(Path directory, Durability durability, BetweenSteps betweenSteps) {
    try {
      long lastSequence = 0;
      List<Path> files = files(directory);
      for (int i = 0; i < files.size(); i++) {
        WalScan.Result found = WalScan.scan(files.get(i));
        boolean newest = i == files.size() - 1;
        if (found.verdict() == WalScan.Verdict.TORN_END && newest) {
          cut(files.get(i), found, durability, betweenSteps);
        } else if (found.verdict() != WalScan.Verdict.INTACT) {
          // An older file was complete and synced before a newer one came into being.
          throw Failures.damaged(directory, files.get(i).getFileName() + ": " + found.finding());
        }
        lastSequence = Math.max(lastSequence, found.lastSequence());
      }
      return lastSequence;
    } catch (IOException e) {
      throw new LogStoreException(
          "the write-ahead log in " + directory + " can't be read: " + e, e);
    }
  }

  /**
   * Checks the MANIFEST, which RocksDB reads with the same code as its log, so that the same damage would make it loop. A torn end it handles
   * itself. To be called before RocksDB is asked anything.
   *
   * @throws LogStoreException if it is damaged
   */
  static void checkManifest(Path directory) throws IOException {
    Path current = directory.resolve("CURRENT");
    if (!Files.exists(current)) {
      return;
    }
    String name = Files.readString(current, StandardCharsets.ISO_8859_1).strip();
    Path manifest = directory.resolve(name.matches("MANIFEST-\\d+") ? name : "MANIFEST");
    if (!Files.exists(manifest)) {
      throw Failures.damaged(directory, "CURRENT doesn't name an existing file");
    }
    WalScan.Result found = WalScan.scanManifest(manifest);
    if (found.verdict() == WalScan.Verdict.DAMAGED) {
      throw Failures.damaged(directory, manifest.getFileName() + ": " + found.finding());
    }
  }

  /** The files of the log, oldest first. */
  static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries
          .filter(file -> NAME.matcher(file.getFileName().toString()).matches())
          .sorted((a, b) -> Long.compare(number(a), number(b)))
          .toList();
    }
  }

  private static long number(Path file) {
    String name = file.getFileName().toString();
    return Long.parseLong(name.substring(0, name.indexOf('.')));
  }

  private static void cut(
      Path file, WalScan.Result found, Durability durability, BetweenSteps betweenSteps)
      throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      LOG.warn(
          "{}: cutting off {} bytes of a write that a crash interrupted{} ({})",
          file,
          channel.size() - found.intactBytes(),
          acknowledgement(durability),
          found.finding());
      betweenSteps.reached();
      channel.truncate(found.intactBytes());
      betweenSteps.reached();
      channel.force(true);
    }
  }

  /** A crash of the machine takes back what was acknowledged without a sync, and may leave a torn end of it. */
  static String acknowledgement(Durability durability) {
    return durability == Durability.SYNCED
        ? " before it was acknowledged"
        : "; it may have been acknowledged, because nothing is synced";
  }
}
