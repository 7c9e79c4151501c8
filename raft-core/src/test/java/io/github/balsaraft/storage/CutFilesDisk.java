package io.github.balsaraft.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.testing.FaultySnapshotDisk;
import io.github.balsaraft.testing.simulation.world.Chance;
import io.github.balsaraft.testing.simulation.world.FragileFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Real files whose power can be cut. Whatever a store does to them is done to a folder in memory too, which decides what fails; after
 * a failure, or when the power was cut, the files are made what is left there. Until then the two must agree.
 */
final class CutFilesDisk implements FaultySnapshotDisk {

  private static final int CHUNK_BYTES = 64;

  private final Path directory;
  private final FragileFolder model;
  private boolean isStopped;
  private long failing;

  CutFilesDisk(Path directory, long seed) {
    this.directory = directory;
    this.model = new FragileFolder(Chance.of(seed, "files"));
  }

  @Override
  public SnapshotStore open() throws IOException {
    return new FolderSnapshotStore(new Both(new NioSnapshotFolder(directory)), CHUNK_BYTES);
  }

  @Override
  public void stopAfter(int operations) {
    isStopped = true;
    model.powerOffAfter(operations);
  }

  @Override
  public void failOperation(int number) {
    failing = model.operations() + number;
    model.failOperation(number);
  }

  @Override
  public boolean hasFailed() {
    return model.operations() > failing;
  }

  @Override
  public void powerCut() {
    model.powerCut();
    isStopped = false;
    makeFilesLikeModel();
  }

  @Override
  public void processKilled() {
    model.processKilled();
    isStopped = false;
    makeFilesLikeModel();
  }

  @Override
  public void flipBit() {
    assertThat(model.flipABit()).isTrue();
    makeFilesLikeModel();
  }

  @Override
  public void cutFile() {
    assertThat(model.cutAFile()).isTrue();
    makeFilesLikeModel();
  }

  private void makeFilesLikeModel() {
    try {
      NioSnapshotFolder files = new NioSnapshotFolder(directory);
      List<String> left = model.list();
      for (String name : files.list()) {
        if (!left.contains(name)) {
          files.delete(name);
        }
      }
      for (String name : left) {
        Path file = directory.resolve(name);
        byte[] content = read(model, name);
        if (!Files.exists(file) || !Arrays.equals(Files.readAllBytes(file), content)) {
          Files.write(file, content);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] read(SnapshotFolder folder, String name) throws IOException {
    try (SnapshotFolder.Opened opened = folder.open(name)) {
      byte[] content = new byte[(int) opened.bytes()];
      opened.read(0, content);
      return content;
    }
  }

  private interface Step {
    void run() throws IOException;
  }

  /** Asks the model whether it fails, and what has become of the files then. */
  private void inModel(Step step) throws IOException {
    try {
      step.run();
    } catch (IOException e) {
      if (!isStopped) {
        makeFilesLikeModel();
      }
      throw e;
    }
  }

  private final class Both implements SnapshotFolder {
    private final SnapshotFolder files;

    Both(SnapshotFolder files) {
      this.files = files;
    }

    @Override
    public List<String> list() throws IOException {
      List<String> expected = model.list();
      List<String> found = files.list();
      assertThat(found).containsExactlyInAnyOrderElementsOf(expected);
      return found;
    }

    @Override
    public Appended create(String name) throws IOException {
      Appended[] created = new Appended[1];
      inModel(() -> created[0] = model.create(name));
      Appended expected = created[0];
      Appended real = files.create(name);
      return new Appended() {
        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
          inModel(() -> expected.write(bytes, offset, length));
          real.write(bytes, offset, length);
        }

        @Override
        public void sync() throws IOException {
          inModel(() -> expected.sync());
          real.sync();
        }

        @Override
        public void close() throws IOException {
          real.close();
          expected.close();
        }
      };
    }

    @Override
    public Opened open(String name) throws IOException {
      Opened expected = model.open(name);
      Opened real = files.open(name);
      return new Opened() {
        @Override
        public long bytes() throws IOException {
          assertThat(real.bytes()).isEqualTo(expected.bytes());
          return real.bytes();
        }

        @Override
        public void read(long position, byte[] into) throws IOException {
          expected.read(position, new byte[into.length]);
          real.read(position, into);
        }

        @Override
        public void close() throws IOException {
          real.close();
        }
      };
    }

    @Override
    public void rename(String from, String to) throws IOException {
      inModel(() -> model.rename(from, to));
      files.rename(from, to);
    }

    @Override
    public void delete(String name) throws IOException {
      inModel(() -> model.delete(name));
      files.delete(name);
    }

    @Override
    public void sync() throws IOException {
      inModel(() -> model.sync());
      files.sync();
    }
  }
}
