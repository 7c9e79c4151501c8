package io.github.balsaraft.storage;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A folder in memory. */
final class MemorySnapshotFolder implements SnapshotFolder {

  private final Map<String, Content> files = new TreeMap<>();

  @Override
  public synchronized List<String> list() {
    return List.copyOf(files.keySet());
  }

  @Override
  public synchronized Appended create(String name) {
    Content content = new Content();
    files.put(name, content);
    return content;
  }

  @Override
  public synchronized Opened open(String name) throws IOException {
    return new Reading(name, find(name).toByteArray());
  }

  @Override
  public synchronized void rename(String from, String to) throws IOException {
    files.put(to, find(from));
    files.remove(from);
  }

  private Content find(String name) throws NoSuchFileException {
    Content content = files.get(name);
    if (content == null) {
      throw new NoSuchFileException(name);
    }
    return content;
  }

  @Override
  public synchronized void delete(String name) {
    files.remove(name);
  }

  @Override
  public void sync() {
    // Nothing survives the process.
  }

  private static final class Content extends ByteArrayOutputStream implements Appended {
    @Override
    public void sync() {
      // As above.
    }
  }

  private static final class Reading implements Opened {
    private final String name;
    private final byte[] content;

    Reading(String name, byte[] content) {
      this.name = name;
      this.content = content;
    }

    @Override
    public long bytes() {
      return content.length;
    }

    @Override
    public void read(long position, byte[] into) throws IOException {
      if (position + into.length > content.length) {
        throw new EOFException(name + " ends before byte " + (position + into.length));
      }
      System.arraycopy(content, (int) position, into, 0, into.length);
    }

    @Override
    public void close() {
      // Nothing to release.
    }
  }
}
