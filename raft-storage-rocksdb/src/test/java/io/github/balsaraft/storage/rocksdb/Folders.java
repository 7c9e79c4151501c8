package io.github.balsaraft.storage.rocksdb;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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
