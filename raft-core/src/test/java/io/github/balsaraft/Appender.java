package io.github.balsaraft;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.balsaraft.api.Command;
import io.github.balsaraft.api.CommandRejectedException;
import io.github.balsaraft.api.SnapshotReader;
import io.github.balsaraft.api.SnapshotView;
import io.github.balsaraft.api.SnapshottingStateMachine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Remembers every command; a result is how many there are, an answer is all of them. */
final class Appender implements SnapshottingStateMachine {

  private final List<String> applied = new ArrayList<>();
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
    applied.add(text);
    return String.valueOf(applied.size()).getBytes(UTF_8);
  }

  @Override
  public synchronized byte[] query(byte[] query) {
    return String.join(",", applied).getBytes(UTF_8);
  }

  @Override
  public synchronized SnapshotView capture() {
    List<String> captured = List.copyOf(applied);
    return SnapshotView.of(out -> {
      for (String text : captured) {
        out.write((text + "\n").getBytes(UTF_8));
      }
    });
  }

  @Override
  public synchronized void restore(SnapshotReader snapshot) throws IOException {
    applied.clear();
    new String(snapshot.state().readAllBytes(), UTF_8).lines().forEach(applied::add);
    restored++;
  }

  /** How often it was restored. */
  synchronized int restored() {
    return restored;
  }

  synchronized List<String> applied() {
    return List.copyOf(applied);
  }
}
