package io.github.balsaraft.examples.bench.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What the system has counted since it started. On systems that don't tell, as others than Linux, everything stays zero.
 *
 * @param diskFlushes flushes that the block devices completed, and so the only count of syncs that no software can embellish
 * @param diskBytesWritten bytes that the block devices wrote
 * @param stolenTicks hundredths of a second in which a hypervisor ran somebody else on this machine's processors
 */
public record LinuxCounters(long diskFlushes, long diskBytesWritten, long stolenTicks) {

  // Columns of /proc/diskstats, and of the line "cpu" of /proc/stat.
  private static final int DEVICE = 2;
  private static final int SECTORS_WRITTEN = 9;
  private static final int FLUSHES = 18;
  private static final int STOLEN = 8;
  private static final int SECTOR_BYTES = 512;

  /** As they are now. */
  public static LinuxCounters read() {
    long flushes = 0;
    long sectors = 0;
    for (String line : linesOf("/proc/diskstats")) {
      String[] columns = line.trim().split("\\s+", -1);
      // Whole devices only: what is written to a partition is counted there too.
      if (columns.length > FLUSHES && Files.exists(Path.of("/sys/block", columns[DEVICE]))) {
        flushes += Long.parseLong(columns[FLUSHES]);
        sectors += Long.parseLong(columns[SECTORS_WRITTEN]);
      }
    }
    long stolen = 0;
    for (String line : linesOf("/proc/stat")) {
      String[] columns = line.split("\\s+", -1);
      if (columns[0].equals("cpu") && columns.length > STOLEN) {
        stolen = Long.parseLong(columns[STOLEN]);
      }
    }
    return new LinuxCounters(flushes, sectors * SECTOR_BYTES, stolen);
  }

  private static List<String> linesOf(String file) {
    try {
      return Files.readAllLines(Path.of(file));
    } catch (IOException e) {
      return List.of();
    }
  }
}
