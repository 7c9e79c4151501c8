package io.github.balsaraft.testing.simulation.diagram;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** A run, or the part of one that was kept. It does not change any more. */
public final class RecordedRun {

  private final List<RunEvent> beginning;
  private final List<RunEvent> events;
  private final ReplicaNames names;
  private final long leftOut;

  RecordedRun(List<RunEvent> beginning, List<RunEvent> events, ReplicaNames names, long leftOut) {
    this.beginning = List.copyOf(beginning);
    this.events = List.copyOf(events);
    this.names = names;
    this.leftOut = leftOut;
  }

  /** How many events it holds. */
  public int size() {
    return events.size();
  }

  /** How many events of the run are not in it. */
  public long leftOut() {
    return leftOut;
  }

  /** When its last event happened, in nanoseconds since the simulation began; 0 if there is none. */
  public long endNanos() {
    return events.isEmpty() ? 0 : events.get(events.size() - 1).atNanos();
  }

  /**
   * The run as text: one line an event, its time in front. The same seed gives the same lines, in every process and on every
   * machine.
   */
  public List<String> lines() {
    List<String> lines = new ArrayList<>(beginning.size() + events.size());
    eachLine(lines::add);
    return lines;
  }

  /** A number that differs, as good as surely, where {@link #lines} differ. */
  public long hash() {
    StableHash hash = new StableHash();
    eachLine(hash::add);
    return hash.value();
  }

  private void eachLine(Consumer<String> to) {
    EventLine lines = new EventLine(names);
    beginning.forEach(event -> to.accept(lines.of(event)));
    events.forEach(event -> to.accept(lines.of(event)));
  }

  List<RunEvent> beginning() {
    return beginning;
  }

  List<RunEvent> events() {
    return events;
  }

  ReplicaNames names() {
    return names;
  }
}
