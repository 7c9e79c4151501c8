package io.github.balsaraft.examples.kv.state;

import io.github.balsaraft.api.OnDiskStateMachine;
import io.github.balsaraft.testing.MachineDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** A folder of the store on disk, of which copies are made while it is open: what a killed process leaves. */
final class KvDisk implements MachineDisk {

  private final Path parent;
  private final AtomicInteger folders;
  private final Path folder;

  /** A new one in a folder. */
  KvDisk(Path parent, AtomicInteger folders) {
    this.parent = parent;
    this.folders = folders;
    this.folder = parent.resolve("kv" + folders.incrementAndGet());
  }

  @Override
  public OnDiskStateMachine open() {
    return OnDiskKvStateMachine.open(folder);
  }

  @Override
  public MachineDisk killNow() {
    KvDisk copy = new KvDisk(parent, folders);
    try {
      copy(folder, copy.folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return copy;
  }

  /** There is no log of the database's own, and its tables are synced before they are named. */
  @Override
  public MachineDisk cutNow(Random random) {
    return killNow();
  }

  /**
   * Copies a folder in use. RocksDB creates, renames and removes files by itself meanwhile; then it begins again, because only the
   * files of one moment are what a killed process leaves.
   */
  static void copy(Path from, Path to) throws IOException {
    while (true) {
      KeyDatabase.delete(to);
      try {
        Map<Path, String> before = states(from);
        for (Path path : before.keySet()) {
          Path copied = to.resolve(from.relativize(path).toString());
          if (Files.isDirectory(path)) {
            Files.createDirectories(copied);
          } else {
            Files.copy(path, copied);
          }
        }
        if (states(from).equals(before)) {
          return;
        }
      } catch (NoSuchFileException e) {
        // Removed while it was to be copied: once more.
      } catch (UncheckedIOException e) {
        if (!(e.getCause() instanceof NoSuchFileException)) {
          throw e;
        }
      }
    }
  }

  /** What is there, folders before what is in them. */
  private static Map<Path, String> states(Path folder) throws IOException {
    Map<Path, String> states = new TreeMap<>();
    try (Stream<Path> found = Files.walk(folder)) {
      for (Path path : found.toList()) {
        states.put(
            path,
            Files.isDirectory(path)
                ? "a folder"
                : Files.size(path) + " bytes of " + Files.getLastModifiedTime(path));
      }
    }
    return states;
  }
}
