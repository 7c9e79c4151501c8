package io.github.balsaraft.testing;

import io.github.balsaraft.api.SnapshotReader;
import io.github.balsaraft.api.SnapshotView;
import io.github.balsaraft.api.SnapshottingStateMachine;
import io.github.balsaraft.model.EntryId;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Captures and restores state machines between commands, and compares what they say with one that is left alone. */
public final class SnapshottingChecks {

  /** After so many commands a snapshot is taken: of nothing, of little, and of much. */
  private static final List<Integer> MOMENTS = List.of(0, 1, 7, 60, 150);

  private final Supplier<SnapshottingStateMachine> machines;
  private final StateMachineChecks checks;

  /**
   * The checks with the same commands as those.
   *
   * @param machines makes a new, empty machine
   */
  public SnapshottingChecks(
      Supplier<SnapshottingStateMachine> machines, StateMachineChecks checks) {
    this.machines = machines;
    this.checks = checks;
  }

  /** A new machine that is restored answers and goes on as one that has applied all commands. */
  public void restoredGoesOn() {
    for (int moment : MOMENTS) {
      SnapshottingStateMachine whole = machines.get();
      checks.apply(whole, 0, moment);
      SnapshottingStateMachine restored = machines.get();
      restore(restored, capture(whole), moment);
      checks.assertSameFrom(moment, restored, whole);
    }
  }

  /** What a machine held before it was restored is gone, be it older or newer. */
  public void restoredReplaces() {
    for (int moment : MOMENTS) {
      SnapshottingStateMachine whole = machines.get();
      checks.apply(whole, 0, moment);
      Map<String, byte[]> files = capture(whole);
      for (int other : MOMENTS) {
        SnapshottingStateMachine expected = machines.get();
        checks.apply(expected, 0, moment);
        SnapshottingStateMachine restored = machines.get();
        checks.apply(restored, 0, other);
        restore(restored, files, moment);
        checks.assertSameFrom(moment, restored, expected);
      }
    }
  }

  /** A view that is written out late holds the state of when it was captured. */
  public void viewsStay() {
    for (int moment : MOMENTS) {
      SnapshottingStateMachine changing = machines.get();
      checks.apply(changing, 0, moment);
      SnapshotView view = changing.capture();
      checks.apply(changing, moment, StateMachineChecks.COMMANDS);
      SnapshottingStateMachine restored = machines.get();
      restore(restored, written(view), moment);
      SnapshottingStateMachine expected = machines.get();
      checks.apply(expected, 0, moment);
      checks.assertSameFrom(moment, restored, expected);
    }
  }

  /** A snapshot of a state that came from a snapshot is as good as one of a state that did not. */
  public void restoredIsCaptured() {
    for (int moment : MOMENTS) {
      SnapshottingStateMachine whole = machines.get();
      checks.apply(whole, 0, moment);
      SnapshottingStateMachine once = machines.get();
      restore(once, capture(whole), moment);
      SnapshottingStateMachine twice = machines.get();
      restore(twice, capture(once), moment);
      checks.assertSameFrom(moment, twice, whole);
    }
  }

  static Map<String, byte[]> capture(SnapshottingStateMachine machine) {
    return written(machine.capture());
  }

  private static Map<String, byte[]> written(SnapshotView view) {
    Map<String, ByteArrayOutputStream> files = new LinkedHashMap<>();
    try {
      view.writeTo(name -> {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        if (files.put(name, file) != null) {
          throw new AssertionError("two files of a snapshot are called " + name);
        }
        return file;
      });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      view.close();
    }
    Map<String, byte[]> written = new LinkedHashMap<>();
    files.forEach((name, file) -> written.put(name, file.toByteArray()));
    return written;
  }

  private void restore(SnapshottingStateMachine machine, Map<String, byte[]> files, int moment) {
    restore(machine, files, checks.entryBefore(moment));
  }

  static void restore(SnapshottingStateMachine machine, Map<String, byte[]> files, EntryId last) {
    try {
      machine.restore(new Files(files, last));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private record Files(Map<String, byte[]> contents, EntryId lastEntry) implements SnapshotReader {

    @Override
    public List<String> files() {
      return List.copyOf(contents.keySet());
    }

    @Override
    public InputStream file(String name) throws IOException {
      byte[] content = contents.get(name);
      if (content == null) {
        throw new FileNotFoundException(name);
      }
      return new ByteArrayInputStream(content);
    }
  }
}
