package io.github.balsaraft.testing.simulation.world;

import io.github.balsaraft.api.SnapshotReader;
import io.github.balsaraft.api.SnapshotView;
import io.github.balsaraft.api.SnapshotWriter;
import io.github.balsaraft.api.SnapshottingStateMachine;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;

/** A state machine that takes snapshots, with somebody looking over its shoulder. */
class ObservedSnapshots extends ObservedMachine implements SnapshottingStateMachine {

  private final SnapshottingStateMachine machine;

  ObservedSnapshots(SnapshottingStateMachine machine) {
    super(machine);
    this.machine = machine;
  }

  @Override
  public SnapshotView capture() {
    SnapshotView view = machine.capture();
    long index = appliedIndex();
    return new SnapshotView() {
      @Override
      public void writeTo(SnapshotWriter snapshot) throws IOException {
        CRC32C content = new CRC32C();
        view.writeTo(name -> new Counted(snapshot.file(name), content));
        watcher().captured(index, content.getValue());
      }

      @Override
      public void close() {
        view.close();
      }
    };
  }

  @Override
  public void restore(SnapshotReader snapshot) throws IOException {
    CRC32C content = new CRC32C();
    for (String name : snapshot.files()) {
      try (InputStream in = new CheckedInputStream(snapshot.file(name), content)) {
        in.transferTo(OutputStream.nullOutputStream());
      }
    }
    machine.restore(snapshot);
    isAt(snapshot.lastEntry().index());
    watcher().restored(snapshot.lastEntry().index(), content.getValue());
  }

  private static final class Counted extends FilterOutputStream {
    private final CRC32C content;

    Counted(OutputStream out, CRC32C content) {
      super(out);
      this.content = content;
    }

    @Override
    public void write(int one) throws IOException {
      content.update(one);
      out.write(one);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      content.update(bytes, offset, length);
      out.write(bytes, offset, length);
    }
  }
}
