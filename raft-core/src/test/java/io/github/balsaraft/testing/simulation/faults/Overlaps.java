package io.github.balsaraft.testing.simulation.faults;

import io.github.balsaraft.model.HostId;
import io.github.balsaraft.testing.simulation.cluster.Operator;
import io.github.balsaraft.testing.simulation.world.HostPace;
import io.github.balsaraft.testing.simulation.world.Network;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import io.github.balsaraft.testing.simulation.world.Weather;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Faults that last for a while: each ends only itself, whatever others of its kind there are at the same place. */
final class Overlaps {

  private final Network network;
  private final Ambushes.Later later;
  private final Overlap<Weather> weather;
  private final Overlap<Boolean> eagerness;
  private final Map<String, Overlap<Boolean>> cuts;
  private final Map<String, Overlap<Long>> numbers;
  private final Map<HostId, Overlap<Boolean>> fullDisks;

  Overlaps(Network network, Operator operator, Ambushes.Later later) {
    this.network = network;
    this.later = later;
    this.weather = new Overlap<>(now -> network.weather(now == null ? Weather.FAIR : now));
    this.eagerness = eagernessOf(operator);
    this.cuts = new TreeMap<>();
    this.numbers = new TreeMap<>();
    this.fullDisks = new TreeMap<>();
  }

  /** Of another group on the same hosts: what happens to hosts and links is the same, only the operator is another. */
  Overlaps(Overlaps sameHosts, Operator operator) {
    this.network = sameHosts.network;
    this.later = sameHosts.later;
    this.weather = sameHosts.weather;
    this.eagerness = eagernessOf(operator);
    this.cuts = sameHosts.cuts;
    this.numbers = sameHosts.numbers;
    this.fullDisks = sameHosts.fullDisks;
  }

  private static Overlap<Boolean> eagernessOf(Operator operator) {
    return new Overlap<>(is -> operator.eager(is != null));
  }

  void badWeather(Weather bad, long lastsNanos) {
    later.in(lastsNanos, weather.begin(bad));
  }

  void eager(long lastsNanos) {
    later.in(lastsNanos, eagerness.begin(true));
  }

  void cut(HostId from, HostId to, long lastsNanos) {
    Overlap<Boolean> link = cuts.computeIfAbsent(
        from + " to " + to,
        key -> new Overlap<>(isCut -> {
          if (isCut == null) {
            network.join(from, to);
          } else {
            network.cut(from, to);
          }
        }));
    later.in(lastsNanos, link.begin(true));
  }

  void detour(HostId from, HostId to, long nanos, long lastsNanos) {
    begin(
        "detour from " + from + " to " + to,
        longer -> network.detour(from, to, Objects.requireNonNullElse(longer, 0L)),
        nanos,
        lastsNanos);
  }

  void diskTakes(SimulatedHost host, long nanos, long lastsNanos) {
    begin(
        "disk of " + host.id(),
        or(HostPace.QUICK_DISK_NANOS, host.pace()::diskTakes),
        nanos,
        lastsNanos);
  }

  void applyTakes(SimulatedHost host, long nanos, long lastsNanos) {
    begin(
        "apply of " + host.id(),
        or(HostPace.QUICK_APPLY_NANOS, host.pace()::applyTakes),
        nanos,
        lastsNanos);
  }

  void mailboxTakes(SimulatedHost host, long nanos, long lastsNanos) {
    begin(
        "mailbox of " + host.id(),
        or(HostPace.QUICK_MAILBOX_NANOS, host.pace()::mailboxTakes),
        nanos,
        lastsNanos);
  }

  void snapshotsTake(SimulatedHost host, long nanos, long lastsNanos) {
    begin(
        "snapshots of " + host.id(),
        or(HostPace.QUICK_SNAPSHOT_NANOS, host.pace()::snapshotsTake),
        nanos,
        lastsNanos);
  }

  void drift(SimulatedHost host, long microsPerSecond, long lastsNanos) {
    begin("clock of " + host.id(), or(0, host.clock()::drift), microsPerSecond, lastsNanos);
  }

  /** The disk has no room; what is given is done once this fault has ended. */
  void fullDisk(SimulatedHost host, long lastsNanos, Runnable afterwards) {
    Runnable end = fullDisks
        .computeIfAbsent(host.id(), key -> new Overlap<>(isFull -> host.full(isFull != null)))
        .begin(true);
    later.in(lastsNanos, () -> {
      end.run();
      afterwards.run();
    });
  }

  private static Consumer<@Nullable Long> or(long usual, Consumer<Long> place) {
    return value -> place.accept(value == null ? usual : value);
  }

  private void begin(String what, Consumer<@Nullable Long> place, long value, long lastsNanos) {
    later.in(
        lastsNanos, numbers.computeIfAbsent(what, key -> new Overlap<>(place)).begin(value));
  }
}
