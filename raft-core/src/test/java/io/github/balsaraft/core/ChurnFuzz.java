package io.github.balsaraft.core;

import io.github.balsaraft.core.membership.MembershipChange;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.MemberRole;
import io.github.balsaraft.model.ReplicaId;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Random changes of the configuration in a {@link CoreFuzz}: members are added, removed, replaced, promoted and demoted, get
 * other priorities and delays, and additions are called off. Replicas that were removed go on as well as they can.
 */
final class ChurnFuzz {

  private static final int MOST_REPLICAS = 30;

  private final SplittableRandom random;
  private final CoreHarness harness;
  private final List<HarnessReplica> replicas;
  private final long seed;
  private int created;

  /** @param replicas those that the fuzz deals with; grows, and forgets some of those that were removed */
  ChurnFuzz(
      long seed, SplittableRandom random, CoreHarness harness, List<HarnessReplica> replicas) {
    this.seed = seed;
    this.random = random;
    this.harness = harness;
    this.replicas = replicas;
    this.created = replicas.size();
  }

  /** Asks a leader for something; it may well refuse. */
  void change(HarnessReplica leader, TextTrace trace) {
    forgetRemoved(leader);
    Configuration current = leader.view().configuration();
    if (random.nextInt(8) == 0 && !leader.changes.isEmpty()) {
      List<Long> changes = List.copyOf(leader.changes.keySet());
      long changeId = changes.get(random.nextInt(changes.size()));
      trace.note("# " + leader + " calls off change " + changeId);
      harness.step(leader, core -> core.abortChange(changeId));
      return;
    }
    MembershipChange change = randomChange(current);
    if (change != null) {
      trace.note("# " + leader + " is asked for " + change);
      harness.changeBy(leader, change);
    }
  }

  private MembershipChange randomChange(Configuration current) {
    List<Member> members = current.members();
    Member some = members.get(random.nextInt(members.size()));
    switch (random.nextInt(8)) {
      case 0 -> {
        return new MembershipChange.Remove(random.nextInt(10) == 0 ? anyReplica() : some.replica());
      }
      case 1, 2 -> {
        HarnessReplica fresh = fresh(current);
        return fresh == null ? null : MembershipChange.add(wanted(fresh.name), limit());
      }
      case 3, 4 -> {
        HarnessReplica fresh = fresh(current);
        return fresh == null
            ? null
            : MembershipChange.replace(some.replica(), inPlaceOf(some, fresh), limit());
      }
      case 5 -> {
        // A learner that is there already goes on; a voter gets another priority.
        return MembershipChange.add(
            some.withRole(MemberRole.VOTER, false).withPriority(random.nextInt(3)), limit());
      }
      default -> {
        Configuration target = randomTarget(current);
        return target == null ? null : MembershipChange.to(target);
      }
    }
  }

  private ReplicaId anyReplica() {
    return replicas.get(random.nextInt(replicas.size())).id;
  }

  private long limit() {
    return random.nextInt(3) == 0
        ? MembershipChange.NO_LIMIT
        : (1 + random.nextInt(5000)) * CoreHarness.MILLIS;
  }

  private Member wanted(String name) {
    return (random.nextInt(4) == 0 ? CoreHarness.learner(name) : CoreHarness.voter(name))
        .withPriority(random.nextInt(3))
        .withCampaignDelayMillis(300 * random.nextInt(2));
  }

  /** On the same host, as after the loss of a disk, or on another. */
  private Member inPlaceOf(Member old, HarnessReplica fresh) {
    return new Member(
        fresh.id,
        random.nextBoolean() ? old.host() : CoreHarness.voter(fresh.name).host(),
        fresh.name + ":1",
        old.isVoter() ? MemberRole.VOTER : MemberRole.LEARNER,
        false,
        old.priority(),
        old.campaignDelayMillis());
  }

  /** One that was never a member as far as this configuration knows; made if there is none. */
  private HarnessReplica fresh(Configuration current) {
    for (HarnessReplica replica : replicas) {
      if (!current.contains(replica.id) && current.removedAt(replica.id) == 0) {
        return replica;
      }
    }
    if (created == MOST_REPLICAS) {
      return null;
    }
    int number = ++created;
    HarnessReplica replica = harness.add(
        "n" + number, new SplittableRandom(seed * 31 + number)::nextLong, Configuration.EMPTY);
    replica.autoDisk = random.nextInt(100) < 40;
    replica.autoLoads = random.nextBoolean();
    replicas.add(replica);
    return replica;
  }

  /** Most of those that were removed long ago are shut down, or there would soon be nobody else; they come back in the end. */
  private void forgetRemoved(HarnessReplica leader) {
    Configuration current = leader.view().configuration();
    for (HarnessReplica replica : List.copyOf(replicas)) {
      // A leader that has removed itself may still be handing over.
      if (replica != leader
          && current.removedAt(replica.id) > 0
          && current.removedAt(replica.id) <= leader.view().commitIndex()
          && random.nextInt(6) == 0) {
        harness.crash(replica, random.nextInt(3));
        replicas.remove(replica);
      }
    }
  }

  /** Some members, and maybe a new one, as they come. */
  private Configuration randomTarget(Configuration current) {
    List<Member> members = new ArrayList<>();
    boolean small = random.nextInt(3) > 0;
    int changed = random.nextInt(current.members().size() + 1);
    for (int i = 0; i < current.members().size(); i++) {
      Member before = current.members().get(i);
      if (small && i != changed) {
        if (before.role() != MemberRole.LEAVING) {
          members.add(before.withRole(before.role(), false));
        }
      } else if (random.nextInt(4) > 0) {
        members.add(before
            .withRole(random.nextInt(4) == 0 ? MemberRole.LEARNER : MemberRole.VOTER, false)
            .withPriority(random.nextInt(3)));
      }
    }
    HarnessReplica fresh = changed == current.members().size() ? fresh(current) : null;
    if (fresh != null) {
      members.add(wanted(fresh.name));
    }
    return members.stream().anyMatch(Member::isVoter)
        ? Configuration.of(members).withLeaseRules(current.leaseRules())
        : null;
  }
}
