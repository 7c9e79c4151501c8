package io.github.balsaraft.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
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

  @Test
  void whatIsNoQuestionOfRightsIsNotToldAsOne() throws IOException {
    Files.createDirectory(folder.resolve("lock"));
    assertThatThrownBy(() -> FolderLock.acquire(folder, "lock", "tests"))
        .isInstanceOf(LogStoreException.class)
        .hasMessageContaining("the folder " + folder + " can't be locked: ")
        .hasMessageContaining("directory")
        .hasMessageNotContaining("right");
    Files.delete(folder.resolve("lock"));
    FolderLock.acquire(folder, "lock", "tests").close();
  }

  @Test
  void aFileThatCanNotBeLockedIsClosed() throws IOException {
    try (Unlockable channel = new Unlockable()) {
      assertThatThrownBy(() -> FolderLock.lock(folder, channel)).hasMessageContaining("no locks");
      assertThat(channel.isOpen()).isFalse();
    }
  }

  /** As on a network file system without them. Nobody asks it for anything else. */
  private static final class Unlockable extends FileChannel {

    @Override
    public FileLock tryLock(long position, long size, boolean shared) throws IOException {
      throw new IOException("no locks available (a test)");
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) {
      throw new UnsupportedOperationException();
    }

    @Override
    public int read(ByteBuffer into) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long read(ByteBuffer[] into, int offset, int length) {
      throw new UnsupportedOperationException();
    }

    @Override
    public int read(ByteBuffer into, long position) {
      throw new UnsupportedOperationException();
    }

    @Override
    public int write(ByteBuffer from) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int length) {
      throw new UnsupportedOperationException();
    }

    @Override
    public int write(ByteBuffer from, long position) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long position() {
      throw new UnsupportedOperationException();
    }

    @Override
    public FileChannel position(long position) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long size() {
      throw new UnsupportedOperationException();
    }

    @Override
    public FileChannel truncate(long size) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void force(boolean metaData) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel to) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long transferFrom(ReadableByteChannel from, long position, long count) {
      throw new UnsupportedOperationException();
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) {
      throw new UnsupportedOperationException();
    }

    @Override
    protected void implCloseChannel() {
      // Nothing to release.
    }
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
