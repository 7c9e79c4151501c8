package io.github.balsaraft.storage.rocksdb;

import io.github.balsaraft.storage.LogStoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.rocksdb.NativeLibraryLoader;
import org.rocksdb.RocksDB;

/**
 * Loads RocksDB's native part without leaving it behind. RocksDB on its own unpacks 17 MB into the temporary folder under
 * a random name and removes them at a normal exit only: a process that is killed leaves them, each time.
 */
final class NativeLibrary {

  private NativeLibrary() {}

  static synchronized void load() {
    if (System.getenv("ROCKSDB_SHAREDLIB_DIR") != null) {
      // The operator has named a folder: RocksDB itself reads the variable.
      RocksDB.loadLibrary();
      return;
    }
    try {
      Path folder = Files.createTempDirectory("balsa-rocksdb");
      try {
        // Prefers a library on java.library.path, and does nothing if one is loaded already.
        NativeLibraryLoader.getInstance().loadLibrary(folder.toString());
      } finally {
        remove(folder);
      }
    } catch (IOException | UnsatisfiedLinkError e) {
      throw new LogStoreException(
          "RocksDB's native library can't be loaded (" + e.getMessage()
              + "): java.io.tmpdir must be writable"
              + " and allow execution, or the library must be on java.library.path",
          e);
    }
    RocksDB.loadLibrary();
  }

  /** A loaded library needs its file no more. Where the system objects, the loader removes it at exit. */
  private static void remove(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Files.delete(file);
      }
      Files.delete(folder);
    } catch (IOException e) {
      folder.toFile().deleteOnExit();
    }
  }
}
