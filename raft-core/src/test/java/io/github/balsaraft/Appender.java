package io.github.balsaraft;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.balsaraft.api.Command;
import io.github.balsaraft.api.CommandRejectedException;
import io.github.balsaraft.api.SnapshotReader;
import io.github.balsaraft.api.SnapshotView;
import io.github.balsaraft.api.SnapshottingStateMachine;
import io.github.balsaraft.testing.RecordingMachine;
import java.io.IOException;
import java.util.List;

/** Remembers every command, in snapshots too, but for those that ask it to throw or to reject them. */
class Appender extends RecordingMachine implements SnapshottingStateMachine {

  private int restored;

  @Override
  public synchronized byte[] apply(Command command) {
    String text = new String(command.bytes(), UTF_8);
    if (text.equals("throw")) {
      throw new IllegalStateException("asked to throw");
    }
    if (text.startsWith("reject")) {
      throw new CommandRejectedException("asked to " + text);
    }
    return super.apply(command);
  }

  @Override
  public SnapshotView capture() {
    List<String> captured = applied();
    return SnapshotView.of(out -> {
      for (String text : captured) {
        out.write((text + "\n").getBytes(UTF_8));
      }
    });
  }

  @Override
  public synchronized void restore(SnapshotReader snapshot) throws IOException {
    replaceWith(new String(snapshot.state().readAllBytes(), UTF_8).lines().toList());
    restored++;
  }

  /** How often it was restored. */
  synchronized int restored() {
    return restored;
  }
}
