package io.github.balsaraft.testing.simulation.load;

import io.github.balsaraft.api.RaftMetric;
import io.github.balsaraft.testing.simulation.world.Chance;
import io.github.balsaraft.testing.simulation.world.Observer;
import io.github.balsaraft.testing.simulation.world.Served;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import io.github.balsaraft.testing.simulation.world.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongUnaryOperator;

/** Reads that need not see everything: by one member's own state, as old as it may be, or once it has applied so much. */
final class LooseReads {

  /** In so many runs there are some; and in those, so many of the reads. */
  private static final double RUNS_WITH_LOOSE_READS = 0.5;

  private static final double LOOSE_READS = 0.3;

  private static final long MOST_AHEAD = 3;
  private static final long NO_BOUND = -1;

  private final VirtualTime time;
  private final Observer observer;
  private final Chance chance;
  private final LongUnaryOperator lastAppliedUpTo;
  private final boolean readsLoosely;
  private final List<LooseRead> answered = new ArrayList<>();

  /**
   * None yet.
   *
   * @param chance decides which reads these are, and all about them
   * @param lastAppliedUpTo the highest index up to another at which anybody has applied a command
   */
  LooseReads(World world, Chance chance, LongUnaryOperator lastAppliedUpTo) {
    this.time = world.time();
    this.observer = world.observer();
    this.chance = chance;
    this.lastAppliedUpTo = lastAppliedUpTo;
    this.readsLoosely = chance.happens(RUNS_WITH_LOOSE_READS);
  }

  /** Draws whether the next read need not see everything. */
  boolean isNextLoose() {
    return readsLoosely && chance.happens(LOOSE_READS);
  }

  /** Decides what there is to decide about them. */
  Chance chance() {
    return chance;
  }

  /** What was answered. */
  List<LooseRead> answered() {
    return answered;
  }

  /** Asks in one of the ways that there are; completes once it is answered, with whether that was as promised as far as shows at once. */
  CompletableFuture<Boolean> ask(SimulatedHost.Life at, String text, byte[] query) {
    return switch (chance.below(3)) {
      case 0 -> stale(at, text, query);
      case 1 -> after(at, text, query);
      default -> awaitApplied(at);
    };
  }

  private CompletableFuture<Boolean> stale(SimulatedHost.Life at, String text, byte[] query) {
    long asked = time.nowNanos();
    Duration most = Duration.ofMillis(chance.spread(1, 20_000));
    return at.node().queryStale(query, most).thenApply(stale -> {
      observer.onServed(at.host(), Served.STALE_READ);
      answered.add(new LooseRead(
          text + ", stale",
          at.host(),
          query,
          stale.answer(),
          asked,
          stale.appliedIndex(),
          stale.appliedIndex(),
          stale.staleness().toNanos()));
      return stale.staleness().compareTo(most) <= 0
          && stale.appliedIndex() <= at.node().gauge(RaftMetric.APPLIED_INDEX)
          && hasApplied(at, stale.appliedIndex());
    });
  }

  private CompletableFuture<Boolean> after(SimulatedHost.Life at, String text, byte[] query) {
    long asked = time.nowNanos();
    long index = someIndex();
    return at.node().queryAfter(query, index, patience()).thenApply(answer -> {
      observer.onServed(at.host(), Served.READ_AFTER);
      answered.add(new LooseRead(
          text + " after index " + index,
          at.host(),
          query,
          answer,
          asked,
          index,
          Math.max(index, lastApplied()),
          NO_BOUND));
      return hasApplied(at, index);
    });
  }

  private CompletableFuture<Boolean> awaitApplied(SimulatedHost.Life at) {
    long index = someIndex();
    return at.node().awaitApplied(index, patience()).thenApply(nothing -> {
      observer.onServed(at.host(), Served.AWAITED_APPLIED);
      return at.node().gauge(RaftMetric.APPLIED_INDEX) >= index && hasApplied(at, index);
    });
  }

  /** Whether its state machine was given each command up to an index, or a state with it, whatever the node says of itself. */
  private boolean hasApplied(SimulatedHost.Life at, long index) {
    return at.machine().appliedIndex() >= lastAppliedUpTo.applyAsLong(index);
  }

  private long lastApplied() {
    return lastAppliedUpTo.applyAsLong(Long.MAX_VALUE);
  }

  /** About where the group is, and sometimes a little ahead of it. */
  private long someIndex() {
    return Math.max(0, lastApplied() + chance.between(-MOST_AHEAD, MOST_AHEAD));
  }

  private Duration patience() {
    return Duration.ofMillis(chance.spread(1, 5_000));
  }
}
