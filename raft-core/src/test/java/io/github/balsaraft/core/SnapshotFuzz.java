package io.github.balsaraft.core;

import io.github.balsaraft.model.AppendEntries;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.ReplicaId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Snapshots in a {@link CoreFuzz}: taken, saved, lost, and fetched slowly while terms come and go. */
final class SnapshotFuzz {

  private static final long MILLIS = CoreHarness.MILLIS;

  private final SplittableRandom random;
  private final CoreHarness harness;
  private final TextTrace trace;
  private final DamageFuzz damage;

  /** Whether clocks may jump: without leases. */
  private final boolean timeMayJump;

  SnapshotFuzz(
      SplittableRandom random,
      CoreHarness harness,
      TextTrace trace,
      DamageFuzz damage,
      boolean timeMayJump) {
    this.random = random;
    this.harness = harness;
    this.trace = trace;
    this.damage = damage;
    this.timeMayJump = timeMayJump;
  }

  /** Something happens to a replica's snapshots, or to a fetch. */
  void step(HarnessReplica replica) {
    if (!replica.isUp()) {
      return;
    }
    switch (random.nextInt(10)) {
      case 0 -> {
        replica.unreadable = !replica.unreadable;
        FakeSnapshot newest = replica.disk.snapshot();
        if (replica.unreadable && newest != null && random.nextBoolean()) {
          trace.note("# " + replica + " can't read its snapshot");
          harness.stepDo(replica, core -> core.snapshotUnavailable(newest.lastIndex()));
        }
      }
      case 1, 2, 3 -> {
        FakeSnapshot taken = take(replica);
        if (taken != null && random.nextBoolean()) {
          save(replica, taken);
        }
      }
      case 4 -> {
        if (!replica.unsaved.isEmpty()) {
          save(replica, replica.unsaved.get(random.nextInt(replica.unsaved.size())));
        }
      }
      default -> fetch();
    }
  }

  private void save(HarnessReplica replica, FakeSnapshot taken) {
    trace.note("# " + replica + " has a snapshot up to " + taken.header().last());
    harness.saveSnapshot(replica, taken);
  }

  /** A fetch ends, whether it is still wanted or not; or the process ends before it hears of it. */
  private void fetch() {
    List<HarnessReplica> fetching = harness.replicas().stream()
        .filter(replica -> replica.isUp() && !replica.fetches.isEmpty())
        .toList();
    if (fetching.isEmpty()) {
      return;
    }
    HarnessReplica replica = fetching.get(random.nextInt(fetching.size()));
    Ready.Fetch fetch = replica.fetches.get(random.nextInt(replica.fetches.size()));
    HarnessReplica source = harness.replica(fetch.source());
    List<ProtocolMessage> late = timeMayJump && source.isUp() && random.nextInt(4) > 0
        ? outliveLeaders(replica, source)
        : List.of();
    if (replica.isUp() && replica.fetches.contains(fetch)) {
      end(replica, fetch);
      late.forEach(harness::deliver);
    }
  }

  private void end(HarnessReplica replica, Ready.Fetch fetch) {
    switch (random.nextInt(6)) {
      case 0 -> harness.failFetch(replica, fetch);
      case 1 -> {
        FakeSnapshot found = harness.found(replica, fetch);
        if (found != null) {
          trace.note("# " + replica + " crashes with a new snapshot up to "
              + found.header().last());
          replica.disk.save(found);
          harness.crash(replica, random.nextInt(3));
          damage.beforeStart(replica);
          harness.start(replica);
        }
      }
      default -> {
        trace.note("# " + replica + " ends the " + fetch);
        harness.endFetch(replica, fetch);
      }
    }
  }

  /** Of the present state, or of an earlier one that its state machine has only now come to; null if there is none. */
  private @Nullable FakeSnapshot take(HarnessReplica replica) {
    long behind = random.nextBoolean() ? 0 : random.nextInt(6);
    return take(replica, replica.applied.size() - behind);
  }

  private static @Nullable FakeSnapshot take(HarnessReplica replica, long index) {
    if (!replica.hasState(index)) {
      return null;
    }
    FakeSnapshot taken = replica.capture(index);
    replica.unsaved.add(taken);
    return taken;
  }

  /**
   * Leaders come and go while a fetch is under way: one whose entries nobody gets, then one that only the fetching replica
   * hears, then the first again, which commits what it appended before. In the end the source is in the latest term and has a
   * snapshot, and who fetches has heard nothing of that.
   *
   * @return what the second leader has sent to who fetches, which may come once more
   */
  private List<ProtocolMessage> outliveLeaders(HarnessReplica fetching, HarnessReplica source) {
    List<HarnessReplica> others = new ArrayList<>(harness.replicas().stream()
        .filter(replica -> replica.isUp() && replica != fetching && replica != source)
        .filter(replica -> source.view().configuration().isVoter(replica.id))
        .toList());
    if (others.size() < 3) {
      return List.of();
    }
    // Those with the best prospects.
    others.sort(Comparator.comparing(
            (HarnessReplica replica) -> replica.view().lastEntry().term())
        .thenComparing(replica -> replica.view().lastEntry().index())
        .reversed());
    HarnessReplica first = others.get(0);
    HarnessReplica second = others.get(1);
    trace.note("# " + first + ", " + second + " and " + first + " again lead while " + fetching
        + " fetches from " + source);
    boolean heardOfFirst = random.nextInt(4) == 0;
    List<ProtocolMessage> sent = new ArrayList<>();
    List<HarnessReplica> leading = harness.replicas().stream()
        .filter(replica -> replica.leads() && replica != first)
        .toList();
    rule(first, null, leading, to -> heardOfFirst && to.equals(fetching.id), sent);
    sent.clear();
    rule(second, first.id, List.of(first), fetching.id::equals, sent);
    List<ProtocolMessage> late =
        sent.stream().filter(message -> message.to().equals(fetching.id)).toList();
    rule(first, null, List.of(fetching, second), to -> true, sent);
    harness.network().heal(source.id, fetching.id);
    // Of what an earlier leader appended, whoever has committed it.
    long index = source.applied.size();
    while (source.isUp()
        && index > 0
        && source.applied.get((int) index - 1).term()
            == source.view().hardState().term()) {
      index--;
    }
    FakeSnapshot taken = source.isUp() ? take(source, index) : null;
    if (taken != null) {
      save(source, taken);
    }
    return late;
  }

  /** Makes a replica the leader, if it can be, while others are away; its entries get to some only. */
  private void rule(
      HarnessReplica leader,
      @Nullable ReplicaId former,
      List<HarnessReplica> away,
      Predicate<ReplicaId> reached,
      List<ProtocolMessage> sent) {
    harness.network().healAll();
    for (HarnessReplica other : harness.replicas()) {
      for (HarnessReplica one : away) {
        harness.network().cut(one.id, other.id);
        harness.network().cut(other.id, one.id);
      }
    }
    for (HarnessReplica other : harness.replicas()) {
      if (other.id.equals(former)) {
        // It notices that nobody answers, so that it can be elected anew.
        harness.pass(other, 3000 * MILLIS);
      } else if (other != leader && !away.contains(other)) {
        harness.pass(other, 1000 * MILLIS);
      }
    }
    harness.network().take(message -> harness.network().isCut(message.from(), message.to()));
    for (int attempt = 0; attempt < 12 && leader.isUp() && !leader.leads(); attempt++) {
      long waitNanos = leader.core().nextDeadlineNanos() - leader.clockNanos;
      harness.pass(leader, Math.max(0, Math.min(waitNanos, 3000 * MILLIS)));
      settle(leader, reached, sent);
    }
    if (leader.leads()) {
      String[] commands = new String[1 + random.nextInt(4)];
      Arrays.fill(commands, "of a short term");
      harness.propose(leader, commands);
      settle(leader, reached, sent);
    }
  }

  /** Delivers everything but the entries that don't reach their receiver, and lets the disks catch up. */
  private void settle(
      HarnessReplica leader, Predicate<ReplicaId> reached, List<ProtocolMessage> sent) {
    FakeNetwork network = harness.network();
    for (int i = 0; i < 2000; i++) {
      if (network.isEmpty()) {
        List<HarnessReplica> writing = harness.replicas().stream()
            .filter(replica -> replica.isUp() && replica.disk.pendingWrites() > 0)
            .toList();
        if (writing.isEmpty()) {
          return;
        }
        harness.completeWrite(writing.get(random.nextInt(writing.size())));
        continue;
      }
      ProtocolMessage next = network.take(0);
      boolean ofLeader = next instanceof AppendEntries && next.from().equals(leader.id);
      if (ofLeader) {
        sent.add(next);
      }
      if (!ofLeader || reached.test(next.to())) {
        harness.deliver(next);
      }
    }
  }
}
