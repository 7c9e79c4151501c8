package io.github.balsaraft.storage;

import java.io.IOException;
import java.util.List;

/** Another folder, but for what a test does in a way of its own. */
public abstract class ForwardedFolder implements SnapshotFolder {

  private final SnapshotFolder rest;

  /** Does what that one does. */
  protected ForwardedFolder(SnapshotFolder rest) {
    this.rest = rest;
  }

  @Override
  public List<String> list() throws IOException {
    return rest.list();
  }

  @Override
  public Appended create(String name) throws IOException {
    return rest.create(name);
  }

  @Override
  public Opened open(String name) throws IOException {
    return rest.open(name);
  }

  @Override
  public void rename(String from, String to) throws IOException {
    rest.rename(from, to);
  }

  @Override
  public void delete(String name) throws IOException {
    rest.delete(name);
  }

  @Override
  public void sync() throws IOException {
    rest.sync();
  }

  @Override
  public long usableBytes() throws IOException {
    return rest.usableBytes();
  }

  /** Another file that is being written, but for what a test does in a way of its own. */
  protected abstract static class ForwardedFile implements Appended {

    private final Appended rest;

    /** Does what that one does. */
    protected ForwardedFile(Appended rest) {
      this.rest = rest;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      rest.write(bytes, offset, length);
    }

    @Override
    public void sync() throws IOException {
      rest.sync();
    }

    @Override
    public void close() throws IOException {
      rest.close();
    }
  }
}
