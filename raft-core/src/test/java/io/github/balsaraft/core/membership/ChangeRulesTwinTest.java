package io.github.balsaraft.core.membership;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.core.membership.GroupView.Standing;
import io.github.balsaraft.model.ChangeRefusal;
import io.github.balsaraft.model.ChangeRefusal.Reason;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.LeaseRules;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.MemberRole;
import io.github.balsaraft.model.Removal;
import io.github.balsaraft.model.ReplicaId;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The rules of changes against {@link NaiveChangeRules}, on random configurations, states of the others and changes. */
class ChangeRulesTwinTest {

  private static final int CASES = 15_000;
  private static final int MOST_IDS = 8;
  private static final int HOSTS = 6;
  private static final long MILLI = 1_000_000;
  private static final int HEARTBEAT_MILLIS = 100;
  private static final int LONGEST_TIMEOUT_MILLIS = 2000;

  private SplittableRandom random = new SplittableRandom(0);

  /** How often each reason was given, and how often none; a reason that never comes up isn't checked. */
  private final Map<Reason, Integer> given = new EnumMap<>(Reason.class);

  private int allowed;

  @Test
  @DisplayName("a change is judged as its sentences say, and for the same reasons")
  void changes() {
    for (long seed = 1; seed <= CASES; seed++) {
      random = new SplittableRandom(seed);
      GroupView view = randomView();
      MembershipChange change = randomChange(view.configuration(), view.configurationIndex());
      check(
          ChangeVerdict.of(change, view),
          NaiveChangeRules.judge(change, view),
          "seed " + seed + ": " + change + " of " + lines(view.configuration()) + " in " + view);
    }
    assertThat(allowed).isGreaterThan(CASES / 50);
    Set<Reason> judgedElsewhere = EnumSet.of(Reason.TRANSFERRING);
    assertThat(EnumSet.complementOf(EnumSet.copyOf(judgedElsewhere)))
        .allSatisfy(
            reason -> assertThat(given.getOrDefault(reason, 0)).as("%s", reason).isGreaterThan(99));
  }

  @Test
  @DisplayName("a step on the way is judged likewise, and members that make room may stay for it")
  void steps() {
    for (long seed = 1; seed <= CASES; seed++) {
      random = new SplittableRandom(seed);
      GroupView view = randomView();
      Configuration target = randomTarget(view.configuration());
      List<ReplicaId> leaving = randomIds(random.nextInt(3));
      check(
          ChangeVerdict.ofStep(target, leaving, view),
          NaiveChangeRules.judgeStep(target, leaving, view),
          "seed " + seed + ": to " + lines(target) + " while " + leaving + " leave "
              + lines(view.configuration()) + " in " + view);
    }
    assertThat(allowed).isGreaterThan(CASES / 50);
    assertThat(given.keySet()).contains(Reason.HOST_TWICE, Reason.CHANGE_UNDER_WAY);
  }

  private void check(ChangeVerdict actual, NaiveChangeRules.Verdict expected, String what) {
    Set<Reason> reasons =
        actual.refusals().stream().map(ChangeRefusal::reason).collect(Collectors.toSet());
    assertThat(reasons).as(what).isEqualTo(expected.reasons());
    assertThat(actual.isAllowed()).as(what).isEqualTo(expected.reasons().isEmpty());
    Configuration target = actual.target();
    assertThat(target == null ? null : Set.copyOf(target.members()))
        .as(what)
        .isEqualTo(expected.target());
    assertThat(actual.isJoint()).as(what).isEqualTo(expected.isJoint());
    allowed += reasons.isEmpty() ? 1 : 0;
    reasons.forEach(reason -> given.merge(reason, 1, Integer::sum));
  }

  /** A configuration's own text names hosts; here it matters who is who. */
  private static String lines(Configuration configuration) {
    return configuration.members() + " removed " + configuration.removals();
  }

  // ------------------------------------------------------------------ random inputs

  private GroupView randomView() {
    Configuration configuration = randomConfiguration();
    TreeMap<ReplicaId, Standing> standings = new TreeMap<>();
    for (long id = 1; id <= MOST_IDS; id++) {
      if (random.nextInt(8) > 0) {
        long[] missing = {
          0, 1, GroupView.CAUGHT_UP_WITHIN_ENTRIES, GroupView.CAUGHT_UP_WITHIN_ENTRIES + 1, 1 << 20
        };
        standings.put(
            new ReplicaId(id),
            new Standing(
                random.nextInt(4) > 0, random.nextInt(4), missing[random.nextInt(missing.length)]));
      }
    }
    return new GroupView(
        randomId(),
        random.nextInt(10) > 0,
        random.nextInt(10) > 0,
        configuration,
        5,
        !configuration.isJoint() && random.nextInt(6) > 0,
        standings,
        new LeaseBounds(HEARTBEAT_MILLIS * MILLI, LONGEST_TIMEOUT_MILLIS * MILLI));
  }

  /** Mostly with a host for each member, as it should be. */
  private Configuration randomConfiguration() {
    List<Member> members = new ArrayList<>();
    boolean joint = random.nextInt(3) == 0;
    boolean tidy = random.nextInt(4) > 0;
    for (long id = 1; id <= MOST_IDS; id++) {
      Member member = randomMember(id);
      Member placed = tidy
          ? new Member(
              member.replica(),
              new HostId("h" + id),
              "h:1",
              MemberRole.VOTER,
              false,
              member.priority(),
              0)
          : member;
      boolean outgoing = joint && random.nextBoolean();
      switch (random.nextInt(5)) {
        case 0, 1 -> members.add(placed.withRole(MemberRole.VOTER, outgoing));
        case 2 -> members.add(placed.withRole(MemberRole.LEARNER, outgoing));
        case 3 -> {
          if (outgoing) {
            members.add(placed.withRole(MemberRole.LEAVING, true));
          }
        }
        default -> {
          // No member.
        }
      }
    }
    if (members.stream().noneMatch(Member::isVoter)) {
      members.removeIf(member -> member.replica().value() == 1);
      members.add(randomMember(1).withRole(MemberRole.VOTER, false));
    }
    List<Removal> removals = new ArrayList<>();
    for (ReplicaId replica : randomIds(random.nextInt(3))) {
      removals.add(new Removal(
          replica, new HostId("h" + replica.value()), random.nextBoolean(), 1 + random.nextInt(4)));
    }
    return Configuration.of(members, Configuration.FEATURE_LEVEL, randomLeaseRules(), removals);
  }

  /** Mostly none, and else at both sides of each bound. */
  private LeaseRules randomLeaseRules() {
    if (random.nextInt(3) > 0) {
      return LeaseRules.FORBIDDEN;
    }
    int[] windows = {199, 200, 201, 1000, LONGEST_TIMEOUT_MILLIS, LONGEST_TIMEOUT_MILLIS + 1};
    int[] drifts = {0, 1, 4975, 4976, 500_000};
    return LeaseRules.permitted(
        windows[random.nextInt(windows.length)], drifts[random.nextInt(drifts.length)]);
  }

  private Member randomMember(long id) {
    ReplicaId replica = new ReplicaId(id);
    HostId host = new HostId("h" + (random.nextInt(4) > 0 ? id : 1 + random.nextInt(HOSTS)));
    MemberRole role = random.nextInt(4) > 0 ? MemberRole.VOTER : MemberRole.LEARNER;
    return new Member(replica, host, "h:1", role, false, random.nextInt(4) > 0 ? 1 : 0, 0);
  }

  private ReplicaId randomId() {
    return new ReplicaId(1 + random.nextInt(MOST_IDS));
  }

  private List<ReplicaId> randomIds(int count) {
    return Stream.generate(this::randomId).limit(count).toList();
  }

  private MembershipChange randomChange(Configuration current, long index) {
    return switch (random.nextInt(3)) {
      case 0 -> {
        long[] bases = {MembershipChange.ANY_INDEX, index, index, index - 1};
        yield new MembershipChange.Reconfigure(
            randomTarget(current), bases[random.nextInt(bases.length)]);
      }
      case 1 -> new MembershipChange.Remove(randomId());
      default ->
        new MembershipChange.Add(
            randomMember(randomId().value()),
            randomIds(Math.max(0, random.nextInt(4) - 1)),
            MembershipChange.NO_LIMIT);
    };
  }

  /** Near to what there is, or anything at all. */
  private Configuration randomTarget(Configuration current) {
    if (random.nextInt(6) == 0) {
      return random.nextInt(8) == 0 ? Configuration.EMPTY : randomConfiguration();
    }
    Configuration target = current.isJoint() ? current.leaveJoint(6) : current;
    for (int edits = random.nextInt(4); edits > 0; edits--) {
      try {
        target = switch (random.nextInt(5)) {
          case 0, 1 -> target.with(randomMember(randomId().value()));
          case 2, 3 -> target.without(randomId());
          default -> target.withLeaseRules(randomLeaseRules());
        };
      } catch (IllegalArgumentException e) {
        // Without a voter it would be none: it stays as it is.
        assertThat(e).hasMessageContaining("voter");
      }
    }
    return target;
  }
}
