package io.github.balsaraft.testing.simulation.diagram;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.balsaraft.api.Command;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.GroupMessage;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.trace.TraceEvent;
import io.github.balsaraft.storage.LogWrite;
import io.github.balsaraft.testing.simulation.world.Observer;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Records what happens in a simulated cluster. Bounded: of a long run it keeps the end, and what the hosts were like when that
 * began.
 *
 * <p>A world needs its observer before there is time, so {@link #timedBy} has to be called once the world is there and before
 * anything happens in it. Not thread-safe, as all of the simulation.
 */
public final class RunRecorder implements Observer {

  /** How many events are kept unless told otherwise. */
  public static final int DEFAULT_MAX_EVENTS = 200_000;

  private static final int PREVIEW_CHARS = 120;

  /** Of a command that is not all text, the part that a person can read is shown. */
  private static final Pattern UNREADABLE = Pattern.compile("[\\p{Cntrl}\uFFFD]+");

  private final int maxEvents;
  private final ArrayDeque<RunEvent> events = new ArrayDeque<>();
  private final Situation before = new Situation();
  private final ReplicaNames names = new ReplicaNames();
  private long forgotten;
  private @Nullable VirtualTime time;

  /** A recorder that keeps the last {@value #DEFAULT_MAX_EVENTS} events. */
  public RunRecorder() {
    this(DEFAULT_MAX_EVENTS);
  }

  /** A recorder that keeps so many events at most. */
  public RunRecorder(int maxEvents) {
    if (maxEvents < 1) {
      throw new IllegalArgumentException("at least one event is kept, not " + maxEvents);
    }
    this.maxEvents = maxEvents;
  }

  /** From now on events happen at this time. */
  public RunRecorder timedBy(VirtualTime newTime) {
    time = newTime;
    return this;
  }

  /** All that is kept. */
  public RecordedRun run() {
    return run(0, Long.MAX_VALUE);
  }

  /** What is kept of the time between, both moments included; in nanoseconds since the simulation began. */
  public RecordedRun run(long fromNanos, long toNanos) {
    Situation beginning = before.copy();
    List<RunEvent> kept = new ArrayList<>();
    for (RunEvent event : events) {
      if (event.atNanos() < fromNanos) {
        beginning.follow(event);
      } else if (event.atNanos() <= toNanos) {
        kept.add(event);
      }
    }
    long left = forgotten + events.size() - kept.size();
    return new RecordedRun(beginning.events(), kept, names.copy(), left);
  }

  private long now() {
    if (time == null) {
      throw new IllegalStateException("nobody has said whose time it is");
    }
    return time.nowNanos();
  }

  private void add(RunEvent event) {
    if (events.size() == maxEvents) {
      before.follow(events.remove());
      forgotten++;
    }
    events.add(event);
  }

  private static String preview(ByteBuffer bytes) {
    byte[] some = new byte[Math.min(bytes.remaining(), PREVIEW_CHARS)];
    bytes.duplicate().get(some);
    String text = UNREADABLE.matcher(new String(some, UTF_8)).replaceAll("·");
    return bytes.remaining() > some.length ? text + "... (" + bytes.remaining() + " bytes)" : text;
  }

  /**
   * A client's operation has ended, or will not any more, or is open when the run ends.
   *
   * @param client whose it is
   * @param fromNanos when it began
   * @param toNanos when it was answered; negative if it was not
   * @param text what was asked for
   * @param outcome what the client was told, or what it knows instead
   */
  public void onOperation(
      String client, long fromNanos, long toNanos, String text, String outcome) {
    add(new RunEvent.Operation(now(), client, fromNanos, toNanos, text, outcome));
  }

  /** Something is not as it has to be. */
  public void onViolation(String what) {
    add(new RunEvent.Violation(now(), what));
  }

  @Override
  public boolean wantsLog() {
    return true;
  }

  @Override
  public void onStart(HostId host, int life) {
    add(new RunEvent.Started(now(), host, life));
  }

  @Override
  public void onEnd(HostId host, int life, String how) {
    add(new RunEvent.Ended(now(), host, life, how));
  }

  @Override
  public void onStep(HostId host, int life, TraceEvent step) {
    names.learn(step.header().replica(), host);
    // The network tells of every message, with its number.
    if (!(step instanceof TraceEvent.Sent) && !(step instanceof TraceEvent.Received)) {
      add(new RunEvent.Step(now(), host, life, step));
    }
  }

  @Override
  public void onDurable(HostId host, int life, LogWrite write) {
    add(new RunEvent.Durable(now(), host, life, write));
  }

  @Override
  public void onSent(HostId from, HostId to, GroupMessage message, long number) {
    add(new RunEvent.Sent(now(), from, to, message, number));
  }

  @Override
  public void onArrived(HostId from, HostId to, GroupMessage message, long number) {
    add(new RunEvent.Arrived(now(), from, to, number));
  }

  @Override
  public void onLost(HostId from, HostId to, GroupMessage message, long number) {
    add(new RunEvent.Lost(now(), from, to, number));
  }

  @Override
  public void onApplied(HostId host, int life, Command command, byte[] result) {
    add(new RunEvent.Applied(
        now(),
        host,
        life,
        command.index(),
        command.term(),
        preview(command.payload()),
        preview(ByteBuffer.wrap(result))));
  }

  @Override
  public void onRestored(HostId host, int life, long index, long contentChecksum) {
    add(new RunEvent.Restored(now(), host, life, index));
  }

  @Override
  public void onHeld(HostId host, int life, EntryId entry) {
    add(new RunEvent.Held(now(), host, life, entry));
  }

  @Override
  public void onCut(HostId from, HostId to) {
    add(new RunEvent.Cut(now(), from, to));
  }

  @Override
  public void onJoined(HostId from, HostId to) {
    add(new RunEvent.Joined(now(), from, to));
  }

  @Override
  public void onPause(HostId host, int life, long nanos) {
    add(new RunEvent.Paused(now(), host, life, nanos));
  }

  @Override
  public void onFault(String what) {
    add(new RunEvent.Fault(now(), what));
  }

  @Override
  public void onNote(HostId host, String what) {
    add(new RunEvent.Note(now(), host, what));
  }
}
