package io.github.balsaraft.core;

import static io.github.balsaraft.core.CoreHarness.MILLIS;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.LeaseRules;
import io.github.balsaraft.model.ProtocolMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Random runs with leases: clocks that drift within the bound, processes that stand still, and leaders that are cut off and go on
 * answering reads while others are elected. The harness fails on any answer that would be stale.
 */
final class FuzzLeases {

  private static final int DRIFT_PPM = 200_000;

  private final CoreHarness harness;
  private final SplittableRandom random;
  private final DriftingClocks clocks;

  FuzzLeases(CoreHarness harness, SplittableRandom random) {
    this.harness = harness;
    this.random = random;
    this.clocks = new DriftingClocks(
        harness,
        () -> random.nextBoolean()
            ? 0
            : random.nextBoolean() ? DRIFT_PPM : random.nextInt(DRIFT_PPM));
  }

  /** Windows from below the election timeouts of one to two seconds up to the longest that is allowed. */
  static LeaseRules rules(SplittableRandom random) {
    int[] windows = {0, 300, 1200, 1200, 1800, 2000};
    int window = windows[random.nextInt(windows.length)];
    return window == 0 ? LeaseRules.FORBIDDEN : LeaseRules.permitted(window, DRIFT_PPM);
  }

  /** Other rules; they may well be refused for the moment. */
  void change(HarnessReplica leader) {
    Configuration current = leader.view().configuration();
    if (!current.isJoint()) {
      harness.change(leader, current.withLeaseRules(rules(random)));
    }
  }

  /** Time passes; now and then a process stands still meanwhile, or time is just what somebody waits for. */
  void time(HarnessReplica replica) {
    switch (random.nextInt(8)) {
      case 0 -> clocks.pass(random.nextInt(2500) * MILLIS, replica);
      case 1 -> {
        if (replica.isUp()) {
          long nanos = replica.core().nextDeadlineNanos() - replica.clockNanos;
          clocks.pass(Math.max(0, Math.min(nanos, 3000 * MILLIS) / MILLIS * MILLIS));
        }
      }
      default -> clocks.pass(random.nextInt(120) * MILLIS);
    }
  }

  /** A leader that is cut off, and hears late what it is told, reads again and again while others try to succeed it. */
  void rivalry(HarnessReplica old) {
    List<ProtocolMessage> late = new ArrayList<>();
    boolean frozen = random.nextInt(3) == 0;
    for (int i = 5 + random.nextInt(40); i > 0 && old.isUp(); i--) {
      long nanos = (5 + random.nextInt(100)) * MILLIS;
      if (frozen) {
        clocks.pass(nanos, old);
      } else {
        clocks.pass(nanos);
      }
      deliver(old, late);
      for (HarnessReplica other : harness.replicas()) {
        if (other != old && other.leads()) {
          harness.propose(other, "under a successor");
        } else if (other != old && other.isUp() && random.nextInt(50) == 0) {
          harness.crash(other, 0);
          harness.start(other);
        } else if (other.isUp() && random.nextInt(20) == 0) {
          harness.peerGone(other, old.id);
        }
      }
      deliver(old, late);
      if (!late.isEmpty() && random.nextInt(3) == 0) {
        harness.deliver(late.remove(random.nextInt(late.size())));
      }
      if (!frozen || i == 1) {
        harness.leaseRead(old);
      }
    }
  }

  /** Delivers everything but what the old leader gets late. */
  private void deliver(HarnessReplica old, List<ProtocolMessage> late) {
    for (int i = 0; !harness.network().isEmpty(); i++) {
      old.check(i < 20_000, "messages never come to an end");
      ProtocolMessage message = harness.network().take(0);
      if (message.to().equals(old.id)) {
        late.add(message);
      } else {
        harness.deliver(message);
      }
    }
  }
}
