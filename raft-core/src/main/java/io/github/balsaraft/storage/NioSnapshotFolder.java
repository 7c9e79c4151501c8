package io.github.balsaraft.storage;

import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** A folder of a file system. */
final class NioSnapshotFolder implements SnapshotFolder {

  private final Path directory;

  NioSnapshotFolder(Path directory) throws IOException {
    this.directory = directory;
    boolean isNew = !Files.isDirectory(directory);
    Files.createDirectories(directory);
    Path parent = directory.toAbsolutePath().getParent();
    if (isNew && parent != null) {
      syncDirectory(parent);
    }
  }

  @Override
  public List<String> list() throws IOException {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        if (Files.isRegularFile(file)) {
          names.add(String.valueOf(file.getFileName()));
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return names;
  }

  @Override
  public Appended create(String name) throws IOException {
    Path file = directory.resolve(name);
    // Never into a file that is there: of one whose sync has failed nothing is known.
    Files.deleteIfExists(file);
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    return new AppendedFile(channel);
  }

  @Override
  public Opened open(String name) throws IOException {
    return new OpenedFile(FileChannel.open(directory.resolve(name), StandardOpenOption.READ), name);
  }

  @Override
  public void rename(String from, String to) throws IOException {
    Files.move(directory.resolve(from), directory.resolve(to), StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void delete(String name) throws IOException {
    Files.deleteIfExists(directory.resolve(name));
  }

  @Override
  public void sync() throws IOException {
    syncDirectory(directory);
  }

  @Override
  public long usableBytes() {
    if (!directory.getFileSystem().equals(FileSystems.getDefault())) {
      return Long.MAX_VALUE;
    }
    // Not by its FileStore, which looks for the mount point: in a chroot, or without /proc, it
    // finds none.
    File asked = directory.toFile();
    long usable = asked.getUsableSpace();
    // Some file systems say nothing of their size.
    return usable < 0 || asked.getTotalSpace() <= 0 ? Long.MAX_VALUE : usable;
  }

  private static void syncDirectory(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public String toString() {
    return directory.toString();
  }

  private record AppendedFile(FileChannel channel) implements Appended {

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      ByteBuffer rest = ByteBuffer.wrap(bytes, offset, length);
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
    }

    @Override
    public void sync() throws IOException {
      channel.force(true);
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  private record OpenedFile(FileChannel channel, String name) implements Opened {

    @Override
    public long bytes() throws IOException {
      return channel.size();
    }

    @Override
    public void read(long position, byte[] into) throws IOException {
      ByteBuffer rest = ByteBuffer.wrap(into);
      while (rest.hasRemaining()) {
        if (channel.read(rest, position + rest.position()) < 0) {
          throw new EOFException(name + " ends before byte " + (position + into.length));
        }
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
