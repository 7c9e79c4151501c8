package io.github.balsaraft.storage.rocksdb;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** Handles folders of stores that are in use. */
final class Folders {

  private Folders() {}

  /**
   * Copies the files of a live database. RocksDB may create and remove files meanwhile; then it starts again, because
   * only the files of one moment are what a killed process leaves.
   */
  static void copy(Path from, Path to) throws IOException {
    while (true) {
      delete(to);
      Files.createDirectories(to);
      try {
        Map<Path, String> before = states(from);
        for (Path file : before.keySet()) {
          Files.copy(file, to.resolve(file.getFileName()));
        }
        if (states(from).equals(before)) {
          return;
        }
      } catch (NoSuchFileException e) {
        // Removed while it was to be copied: once more.
      }
    }
  }

  /** Waits until there are some table files and none of them grows: RocksDB writes them on a thread of its own. */
  static void awaitTables(Path folder, int least) throws IOException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    Map<Path, String> before = Map.of();
    for (int unchanged = 0; unchanged < 20; ) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
      Map<Path, String> tables = Map.of();
      try {
        tables = states(folder);
        tables.keySet().removeIf(file -> !file.toString().endsWith(".sst"));
      } catch (NoSuchFileException e) {
        // Removed while it was looked at: it changes.
      }
      unchanged = tables.size() >= least && tables.equals(before) ? unchanged + 1 : 0;
      before = tables;
      if (System.nanoTime() - end >= 0) {
        throw new AssertionError(least + " tables wanted, there are: " + tables);
      }
    }
  }

  private static Map<Path, String> states(Path folder) throws IOException {
    Map<Path, String> states = new TreeMap<>();
    for (Path file : list(folder)) {
      states.put(file, Files.size(file) + " bytes of " + Files.getLastModifiedTime(file));
    }
    return states;
  }

  static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      for (Path file : list(folder)) {
        Files.delete(file);
      }
      Files.delete(folder);
    }
  }

  static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }
}
