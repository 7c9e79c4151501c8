package io.github.balsaraft.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderLockTest {

  /** What Linux knows of the locks of all processes. */
  private static final Path LOCKS = Path.of("/proc/locks");

  @TempDir
  Path folder;

  @Test
  void theSecondOfAProcessIsRefusedUntilTheFirstIsClosed() {
    try (FolderLock first = FolderLock.acquire(folder, "lock", "tests")) {
      assertThat(first).isNotNull();
      assertThatThrownBy(() -> FolderLock.acquire(folder, "lock", "tests"))
          .isInstanceOf(LogStoreException.class)
          .hasMessageContaining("in use by a running process");
      FolderLock.acquire(folder, "another", "tests").close();
    }
    FolderLock.acquire(folder, "lock", "tests").close();
  }

  /** As when an application is deployed twice in one server: to close a channel to the file would drop the lock of the first. */
  @Test
  void aCopyOfAnotherClassLoaderIsRefusedAndLeavesTheLockHeld() throws Exception {
    assumeThat(LOCKS).as("a system that shows its locks").isReadable();
    assumeThat(showsLocksOfThisFolder())
        .as("which may be those of another namespace")
        .isTrue();
    URL classes = FolderLock.class.getProtectionDomain().getCodeSource().getLocation();
    try (FolderLock first = FolderLock.acquire(folder, "lock", "tests");
        URLClassLoader other =
            new URLClassLoader(new URL[] {classes}, ClassLoader.getPlatformClassLoader())) {
      assertThat(first).isNotNull();
      assertThat(isLocked()).isTrue();
      Method acquire = other
          .loadClass(FolderLock.class.getName())
          .getMethod("acquire", Path.class, String.class, String.class);
      assertThatThrownBy(() -> acquire.invoke(null, folder, "lock", "tests"))
          .isInstanceOf(InvocationTargetException.class)
          .cause()
          .hasMessageContaining("in use by a running process");
      assertThat(isLocked()).as("still").isTrue();
    }
    assertThat(isLocked()).isFalse();
  }

  private boolean showsLocksOfThisFolder() throws IOException {
    Path probe = folder.resolve("probe");
    try (FileChannel channel =
            FileChannel.open(probe, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        FileLock held = channel.lock()) {
      assertThat(held.isValid()).isTrue();
      return isLocked(probe);
    }
  }

  private boolean isLocked() throws IOException {
    return isLocked(folder.resolve("lock"));
  }

  private static boolean isLocked(Path file) throws IOException {
    String inode = ":" + Files.getAttribute(file, "unix:ino") + " ";
    return Files.readAllLines(LOCKS).stream().anyMatch(line -> line.contains(inode));
  }
}
