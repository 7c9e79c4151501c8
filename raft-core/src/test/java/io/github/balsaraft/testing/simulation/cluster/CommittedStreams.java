package io.github.balsaraft.testing.simulation.cluster;

import io.github.balsaraft.api.CommittedEntry;
import io.github.balsaraft.api.EntriesCompactedException;
import io.github.balsaraft.api.NodeFailedException;
import io.github.balsaraft.api.RaftException;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.storage.LogStoreException;
import io.github.balsaraft.testing.simulation.world.Chance;
import io.github.balsaraft.testing.simulation.world.Observer;
import io.github.balsaraft.testing.simulation.world.Served;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import io.github.balsaraft.testing.simulation.world.World;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * In some runs each process has an observer of its committed entries, which takes its time: it gets each entry once, in order and without a
 * gap but for what was compacted away, goes on after a restart, and all get the same.
 */
public final class CommittedStreams implements Observer {

  private static final double RUNS = 0.25;
  private static final int MOST_AT_ONCE = 20;
  private static final long LONGEST_REST_NANOS = 100 * VirtualTime.MILLIS;

  private final World world;
  private final Chance chance;
  private final boolean used;
  private final Map<HostId, Stream> latest = new TreeMap<>();

  /** What each host's observer gets next, whatever its process. */
  private final Map<HostId, Long> next = new TreeMap<>();

  /** What stands at an index. Asked for by key and never gone through, so that its order doesn't matter. */
  private final Map<Long, Integer> seen = new HashMap<>();

  private @Nullable String problem;

  /**
   * Observers of a world.
   *
   * @param seed decides whether there are any, and how fast they are
   * @param gently without any
   */
  public CommittedStreams(World world, long seed, boolean gently) {
    this.world = world;
    this.chance = Chance.of(seed, "observers of entries");
    this.used = !gently && chance.happens(RUNS);
  }

  /** What an observer should not get; null if none has got any such thing. */
  public @Nullable String problem() {
    return problem;
  }

  /** Observers at some hosts that lack some of what is committed, for people. */
  public List<String> behind(List<HostId> hosts, long commitIndex) {
    List<String> behind = new ArrayList<>();
    for (HostId host : hosts) {
      Stream stream = latest.get(host);
      if (stream != null && stream.isOpen() && nextOf(host) <= commitIndex) {
        behind.add(
            "the observer at " + host + " waits for index " + nextOf(host) + " of " + commitIndex);
      }
    }
    return behind;
  }

  @Override
  public boolean wantsSteps() {
    return false;
  }

  @Override
  public void onStart(HostId host, int life) {
    if (used) {
      // Once there is a node.
      world.time().in(1, () -> subscribe(host, life));
    }
  }

  private void subscribe(HostId host, int life) {
    SimulatedHost.Life process = world.host(host).life();
    if (process != null && process.number() == life && process.isUp() && !process.isStopping()) {
      Stream stream = new Stream(process);
      latest.put(host, stream);
      process.node().committedEntries(nextOf(host)).subscribe(stream);
    }
  }

  private long nextOf(HostId host) {
    return next.getOrDefault(host, 1L);
  }

  private void complain(String what) {
    if (problem == null) {
      problem = what;
    }
  }

  private final class Stream implements Flow.Subscriber<CommittedEntry> {
    private final SimulatedHost.Life process;
    private Flow.@Nullable Subscription subscription;
    private long demand;
    private boolean ended;

    Stream(SimulatedHost.Life process) {
      this.process = process;
    }

    boolean isOpen() {
      return !ended && process.isUp() && !process.isStopping();
    }

    @Override
    public void onSubscribe(Flow.Subscription newSubscription) {
      subscription = newSubscription;
      ask();
    }

    private void ask() {
      Flow.Subscription asked = subscription;
      if (asked != null && isOpen()) {
        demand = chance.between(1, MOST_AT_ONCE);
        asked.request(demand);
      }
    }

    @Override
    public void onNext(CommittedEntry entry) {
      long index = entry.id().index();
      if (ended || index != nextOf(process.host()) || demand == 0) {
        complain("the observer at " + process.host() + " got index " + index + " in place of "
            + nextOf(process.host()) + ", with a demand of " + demand
            + (ended ? ", after the end" : ""));
      }
      int signature = Objects.hash(
          entry.id().term(),
          entry.logTimeMillis(),
          entry.type().code(),
          Arrays.hashCode(entry.payload()));
      Integer before = seen.putIfAbsent(index, signature);
      if (before != null && before != signature) {
        complain("the observer at " + process.host() + " got another entry at index " + index
            + " than one elsewhere: " + entry);
      }
      next.put(process.host(), index + 1);
      world.observer().onServed(process.host(), Served.OBSERVED_ENTRY);
      if (--demand == 0) {
        world.time().in(chance.between(0, LONGEST_REST_NANOS), this::ask);
      }
    }

    @Override
    public void onError(Throwable failure) {
      ended = true;
      if (failure instanceof EntriesCompactedException compacted) {
        if (compacted.firstIndex() <= nextOf(process.host())) {
          complain("the observer at " + process.host() + " was told that index "
              + nextOf(process.host()) + " is gone: " + failure);
        }
        next.put(process.host(), compacted.firstIndex());
        world.time().in(VirtualTime.MILLIS, () -> subscribe(process.host(), process.number()));
      } else if (!(failure instanceof RaftException) && !(failure instanceof LogStoreException)) {
        complain("the observer at " + process.host() + " got " + failure);
      } else {
        endedAt(failure);
      }
    }

    @Override
    public void onComplete() {
      ended = true;
      endedAt(null);
    }

    /** Only with its node; one that has read what is damaged may have stopped, which others ask it about. */
    private void endedAt(@Nullable Throwable failure) {
      boolean mayHaveFailed = failure instanceof NodeFailedException && process.mayHaveMetDamage();
      if (process.isUp() && !process.isStopping() && !mayHaveFailed) {
        complain("the stream of " + process.host() + " has ended while its node goes on: "
            + (failure == null ? "the end" : failure.toString()));
      }
    }
  }
}
