package io.github.balsaraft.testing.simulation.diagram;

import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.trace.TraceState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the hosts and the links are like at one moment of a run: all that matters of the events before it. */
final class Situation {

  private long atNanos;
  private final Map<HostId, Host> hosts = new TreeMap<>();
  private final Map<String, RunEvent.Cut> cuts = new TreeMap<>();

  private static final class Host {
    private int life;
    private boolean up;
    private long applied;
    private long pausedUntilNanos;
    private @Nullable TraceState state;
    private LogOutline log = new LogOutline();
  }

  Situation copy() {
    Situation copy = new Situation();
    copy.atNanos = atNanos;
    hosts.forEach((id, host) -> {
      Host same = new Host();
      same.life = host.life;
      same.up = host.up;
      same.applied = host.applied;
      same.pausedUntilNanos = host.pausedUntilNanos;
      same.state = host.state;
      same.log = host.log.copy();
      copy.hosts.put(id, same);
    });
    copy.cuts.putAll(cuts);
    return copy;
  }

  void follow(RunEvent event) {
    atNanos = event.atNanos();
    if (event instanceof RunEvent.Started started) {
      Host host = host(started.host());
      host.life = started.life();
      host.up = true;
      // What the process before it was says nothing of this one: the disk may be another. Its first
      // step tells all.
      host.state = null;
      host.applied = 0;
      host.pausedUntilNanos = 0;
      host.log = new LogOutline();
    } else if (event instanceof RunEvent.Ended ended) {
      host(ended.host()).up = false;
      host(ended.host()).pausedUntilNanos = 0;
    } else if (event instanceof RunEvent.Step step) {
      Host host = host(step.host());
      host.state = step.step().header().state();
      host.log.follow(step.step());
    } else if (event instanceof RunEvent.Applied applied) {
      host(applied.host()).applied = applied.index();
    } else if (event instanceof RunEvent.Restored restored) {
      host(restored.host()).applied = restored.index();
    } else if (event instanceof RunEvent.Held held) {
      host(held.host()).applied = held.entry().index();
    } else if (event instanceof RunEvent.Paused paused) {
      Host host = host(paused.host());
      host.pausedUntilNanos = paused.nanos() == 0
          ? 0
          : Math.max(host.pausedUntilNanos, paused.atNanos() + paused.nanos());
    } else if (event instanceof RunEvent.Cut cut) {
      cuts.put(link(cut.from(), cut.to()), cut);
    } else if (event instanceof RunEvent.Joined joined) {
      cuts.remove(link(joined.from(), joined.to()));
    }
  }

  private Host host(HostId id) {
    return hosts.computeIfAbsent(id, unknown -> new Host());
  }

  private static String link(HostId from, HostId to) {
    return from + " " + to;
  }

  /** Events that lead here from nothing. */
  List<RunEvent> events() {
    List<RunEvent> events = new ArrayList<>();
    hosts.forEach((id, host) -> events.add(new RunEvent.Before(
        atNanos, id, host.life, host.up, host.applied, host.state, host.log.copy())));
    cuts.values().forEach(cut -> events.add(new RunEvent.Cut(atNanos, cut.from(), cut.to())));
    hosts.forEach((id, host) -> {
      if (host.pausedUntilNanos > atNanos) {
        events.add(new RunEvent.Paused(atNanos, id, host.life, host.pausedUntilNanos - atNanos));
      }
    });
    return events;
  }
}
