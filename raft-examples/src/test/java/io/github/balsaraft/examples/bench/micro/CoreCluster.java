package io.github.balsaraft.examples.bench.micro;

import io.github.balsaraft.core.CompactionRules;
import io.github.balsaraft.core.CoreOptions;
import io.github.balsaraft.core.CoreStart;
import io.github.balsaraft.core.RaftCore;
import io.github.balsaraft.core.Ready;
import io.github.balsaraft.core.log.TermStarts;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.LongStream;

/** Three cores, whose messages arrive at once and whose writes are durable at once: nothing but the protocol. */
final class CoreCluster {

  private static final long MILLI = 1_000_000;
  private static final CoreOptions OPTIONS = new CoreOptions(
      1000 * MILLI,
      2000 * MILLI,
      100 * MILLI,
      1 << 20,
      256,
      32 << 20,
      64 << 20,
      1 << 20,
      1000,
      true,
      new CompactionRules(10_000, 100_000, 256 << 20, 16L << 30));

  private final List<RaftCore> cores = new ArrayList<>();
  private long nowNanos;

  /** A cluster of which the first member leads. */
  CoreCluster() {
    Configuration members = Configuration.of(LongStream.rangeClosed(1, 3)
        .mapToObj(
            number -> Member.voter(new ReplicaId(number), new HostId("n" + number), "n" + number))
        .toList());
    for (long number = 1; number <= 3; number++) {
      // The first is the least patient.
      long patience = number;
      cores.add(new RaftCore(
          OPTIONS,
          () -> patience * MILLI,
          new CoreStart(
              new ReplicaId(number),
              HardState.INITIAL,
              new TermStarts(),
              null,
              members,
              new TreeMap<>(),
              0,
              0,
              0)));
    }
    for (int i = 0; i < 100 && leader().view().currentRole() != Role.LEADER; i++) {
      pass(50 * MILLI);
    }
    if (leader().view().currentRole() != Role.LEADER) {
      throw new IllegalStateException("nobody leads");
    }
  }

  /** Proposes, and lets everybody do what follows; answers the commit index then. */
  long propose(Payloads payloads) {
    // Time passes too, or the leader would never have anything to say by the clock.
    nowNanos += MILLI / 10;
    cores.forEach(core -> core.advanceTo(nowNanos, nowNanos / MILLI));
    leader().propose(payloads);
    settle();
    return leader().view().commitIndex();
  }

  private void pass(long nanos) {
    nowNanos += nanos;
    cores.forEach(core -> core.advanceTo(nowNanos, nowNanos / MILLI));
    settle();
  }

  private RaftCore leader() {
    return cores.get(0);
  }

  private void settle() {
    boolean busy = true;
    while (busy) {
      busy = false;
      for (RaftCore core : cores) {
        Ready ready = core.ready();
        if (!ready.isEmpty()) {
          busy = true;
          carryOut(core, ready);
        }
      }
    }
  }

  private void carryOut(RaftCore core, Ready ready) {
    for (ProtocolMessage message : ready.messages()) {
      cores.get((int) message.to().value() - 1).receive(message);
    }
    if (ready.write() != null) {
      core.written(ready.write().sequence());
    }
  }
}
