package io.github.balsaraft.examples.kv.cli;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/**
 * Whether a folder can be a demo's: not one inside another's, nor one around another's. Their servers would share folders,
 * and to delete one demo would delete the other.
 */
final class DemoFolder {

  /** What a demo remembers in its folder. */
  static final String MEMORY = "demo.properties";

  private DemoFolder() {}

  /**
   * Refuses a folder that another demo or a server lives in or around; looks at its parents and its direct
   * children.
   */
  static void check(Path folder) {
    Path real = realPathOf(folder);
    if (isServer(real)) {
      throw new StartupException(folder + " is the folder of a server; choose another --data");
    }
    for (Path around = real.getParent(); around != null; around = around.getParent()) {
      if (isDemo(around) || isServer(around)) {
        throw new StartupException(folder + " is inside " + around + ", the folder of "
            + (isDemo(around) ? "another demo" : "a server") + "; choose another --data");
      }
    }
    if (Files.isDirectory(real)) {
      checkChildren(folder, real);
    }
  }

  private static void checkChildren(Path folder, Path real) {
    boolean startedBefore = isDemo(real);
    try (DirectoryStream<Path> children = Files.newDirectoryStream(real, Files::isDirectory)) {
      for (Path child : children) {
        // A demo's own servers are children too.
        if (isDemo(child) || (isServer(child) && !startedBefore)) {
          throw new StartupException(folder + " is around " + child + ", the folder of "
              + (isDemo(child) ? "another demo" : "a server that no demo has started")
              + "; choose another --data");
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      throw new StartupException(
          "can't read the folder " + folder + " (" + e.getMessage() + "); choose another --data");
    }
  }

  private static boolean isServer(Path folder) {
    return Files.exists(folder.resolve(FolderClaim.SERVER));
  }

  /** By what the file says: its name alone could be anybody's. */
  private static boolean isDemo(Path folder) {
    Path memory = folder.resolve(MEMORY);
    if (!Files.isReadable(memory)) {
      return false;
    }
    Properties properties = new Properties();
    try (Reader in = Files.newBufferedReader(memory)) {
      properties.load(in);
    } catch (IOException | IllegalArgumentException e) {
      return false;
    }
    return properties.containsKey("nodes") && properties.containsKey("raftBasePort");
  }

  /** The folder with symbolic links followed, as far as it exists. */
  private static Path realPathOf(Path folder) {
    for (Path known = folder; known != null; known = known.getParent()) {
      if (Files.exists(known)) {
        try {
          return known.toRealPath().resolve(known.relativize(folder)).normalize();
        } catch (IOException e) {
          throw new StartupException("can't read the folder " + known + " (" + e.getMessage()
              + "); choose another --data");
        }
      }
    }
    return folder;
  }
}
