package io.github.balsaraft.testing.simulation.faults;

import static io.github.balsaraft.testing.simulation.world.VirtualTime.MILLIS;
import static io.github.balsaraft.testing.simulation.world.VirtualTime.SECONDS;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.testing.simulation.cluster.Operator;
import io.github.balsaraft.testing.simulation.cluster.SimulatedCluster;
import io.github.balsaraft.testing.simulation.world.Mishap;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Faults of several steps, each at the moment at which it hurts most. */
final class Ambushes {

  /** Lets something happen after so many nanoseconds, unless faults have ended by then. */
  interface Later {
    void in(long nanos, Runnable task);
  }

  private final SimulatedCluster cluster;
  private final Operator operator;
  private final Overlaps overlaps;
  private final Later later;
  private final long shortestElection;
  private List<HostId> cutOff = List.of();
  private long lastsNanos;

  Ambushes(SimulatedCluster cluster, Operator operator, Overlaps overlaps, Later later) {
    this.cluster = cluster;
    this.operator = operator;
    this.overlaps = overlaps;
    this.later = later;
    this.shortestElection = cluster.options().electionTimeoutMin().toNanos();
  }

  /** Whom the latest ambush that cuts links cuts off from all others, together. */
  List<HostId> cutOff() {
    return cutOff;
  }

  /** How long the latest ambush goes on: what goes wrong later is of something else. */
  long lastsNanos() {
    return lastsNanos;
  }

  /** Begins one; not if the group is in no state for it. */
  boolean begin(Fault fault) {
    // One that didn't say so would pass for as long as the one before it.
    cutOff = List.of();
    lastsNanos = 0;
    SimulatedHost.Life leader = cluster.leader();
    if (leader == null) {
      return false;
    }
    List<HostId> followers = followers(leader.host());
    if (followers.size() < 2) {
      return false;
    }
    // Any order, and always the same one of the same fault.
    Collections.rotate(followers, (int) (fault.amount() / 7 % followers.size()));
    switch (fault.kind()) {
      case LATE_ANSWERS -> lateAnswers(fault, leader.host());
      case VOTERS_RESTARTED -> votersRestarted(fault, leader.host(), followers);
      case ABANDONED_LEADER -> abandonedLeader(fault, leader.host(), followers.get(0));
      case STRAY_CANDIDATE -> strayCandidate(fault, followers.get(0));
      default -> throw new IllegalArgumentException("no ambush: " + fault);
    }
    return true;
  }

  /** Voters that run, but for the leader. */
  private List<HostId> followers(HostId leader) {
    List<HostId> found = new ArrayList<>();
    Configuration committed = cluster.view().committed();
    if (committed != null) {
      for (Member member : committed.members()) {
        HostId host = member.host();
        if (member.isVoter()
            && !host.equals(leader)
            && !found.contains(host)
            && cluster.world().host(host).isUp()) {
          found.add(host);
        }
      }
    }
    return found;
  }

  /** Some time between these, as the fault has drawn it. */
  private static long between(Fault fault, long least, long most) {
    return least + (most - least) / 1000 * (fault.amount() % 1001);
  }

  /** A lease that counts from when answers came would outlast the promises that it rests on (trap 25). */
  private void lateAnswers(Fault fault, HostId leader) {
    long late = between(fault, shortestElection / 2, 3 * shortestElection / 2);
    long silence = 4 * shortestElection;
    lastsNanos = late + silence;
    for (HostId other : cluster.hosts()) {
      overlaps.detour(other, leader, late, late + silence);
    }
    later.in(late, () -> cutOutgoing(leader, silence));
  }

  /** A promise to wait that is forgotten at a restart would let another be elected within a lease (trap 27). */
  private void votersRestarted(Fault fault, HostId leader, List<HostId> followers) {
    int outside = (followers.size() + 1) / 2;
    long until = between(fault, shortestElection, 4 * shortestElection);
    long silence = 3 * shortestElection;
    lastsNanos = until + silence;
    followers.subList(0, outside).forEach(host -> cutBoth(leader, host, until + silence));
    later.in(until, () -> {
      for (HostId host : followers.subList(outside, followers.size())) {
        if (cluster.world().host(host).isUp()) {
          cluster.world().observer().onMishap(Mishap.VOTER_RESTARTED, host, null);
          cluster.world().host(host).crash();
          cluster.start(host);
        }
      }
      cutIncoming(leader, silence);
      cutOutgoing(leader, silence);
    });
  }

  /** What was said, or was in force, in a term that came to nothing must not count in the same leader's next one (trap 17). */
  private void abandonedLeader(Fault fault, HostId leader, HostId follower) {
    long alone = between(fault, 5 * shortestElection / 2, 4 * shortestElection);
    long soon = 300 * MILLIS;
    long silence = 4 * shortestElection;
    cutOff = List.of(leader, follower);
    lastsNanos = alone + 2 * soon + silence;
    operator.changeSomething();
    for (HostId other : cluster.hosts()) {
      if (!other.equals(leader) && !other.equals(follower)) {
        cutBoth(leader, other, alone);
        cutBoth(follower, other, alone);
      }
    }
    overlaps.detour(follower, leader, alone + SECONDS, alone);
    later.in(alone - soon, operator::changeSomething);
    later.in(alone + soon, () -> operator.transferTo(leader));
    later.in(alone + 2 * soon, () -> cutIncoming(follower, silence));
  }

  /** Its term is later than that of the leader that all others follow (trap 5). */
  private void strayCandidate(Fault fault, HostId target) {
    long soon = between(fault, 0, 3 * MILLIS);
    long silence = 3 * shortestElection;
    cutOff = List.of(target);
    lastsNanos = soon + silence;
    operator.transferTo(target);
    later.in(soon, () -> cutOutgoing(target, silence));
  }

  private void cutOutgoing(HostId host, long nanos) {
    cluster.hosts().forEach(other -> cut(host, other, nanos));
  }

  private void cutIncoming(HostId host, long nanos) {
    cluster.hosts().forEach(other -> cut(other, host, nanos));
  }

  private void cutBoth(HostId one, HostId other, long nanos) {
    cut(one, other, nanos);
    cut(other, one, nanos);
  }

  private void cut(HostId from, HostId to, long nanos) {
    if (!from.equals(to)) {
      overlaps.cut(from, to, nanos);
    }
  }
}
