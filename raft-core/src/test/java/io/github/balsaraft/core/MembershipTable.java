package io.github.balsaraft.core;

import io.github.balsaraft.core.membership.ChangeVerdict;
import io.github.balsaraft.core.membership.GroupView;
import io.github.balsaraft.core.membership.GroupView.Standing;
import io.github.balsaraft.core.membership.LeaseBounds;
import io.github.balsaraft.core.membership.MembershipChange;
import io.github.balsaraft.model.ChangeRefusal;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.LeaseRules;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.MemberRole;
import io.github.balsaraft.model.Removal;
import io.github.balsaraft.model.ReplicaId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The language of the files in {@code testdata/membership}.
 *
 * <pre>
 * n1 n2 n3 to n1 n2 n4                  the way from one configuration to the next
 * n1 n2 n3 : remove n3                  whether a change would be made, and what speaks against it
 * n1 n2 n3 : add n4                     likewise; "add learner n4" for one without a vote
 * n1 n2 n3 : replace n3 by n4@n3
 * n1 n2 n3 : change to n1 n2            "based on 4" at the end: made from the configuration at 4
 * n1 n2 n3 : step to n1 n4@n2 while n2 leaves
 * n1 n2 n3 : remove n3 : silent n2      and how the others stand
 * </pre>
 *
 * <p>A configuration names its voters, and after words that say so others: {@code learners}, {@code leaving}, {@code outgoing}
 * (who counts in that half; makes it joint), {@code removed n9=4} with the index, {@code leases 1500/200} with window and drift
 * bound. A member may have a priority, a campaign delay and another host than its own: {@code n4/p0/d300@n3}.
 *
 * <p>n1 judges. It leads, has committed in its term, and the configuration in force is that at index 5, committed unless it is
 * joint. Its members are live and have the whole log; nobody else has been heard of. What differs is said at the end: {@code
 * silent n2}, {@code behind n4} with the number of entries ({@code behind n4=32769}), {@code empty n4}, {@code follows}, {@code
 * new leader}, {@code uncommitted}. Heartbeats go out every 100 ms, and the longest election timeout is 2 s.
 */
final class MembershipTable {

  private static final long INDEX = 5;

  private static final List<String> TITLES =
      List.of("learners", "leaving", "outgoing", "removed", "leases");

  private MembershipTable() {}

  static List<String> execute(String line) {
    List<String> parts = List.of(line.split(" : ", -1));
    try {
      return parts.size() == 1 ? way(line) : judgement(parts);
    } catch (IllegalArgumentException | IllegalStateException e) {
      return List.of("no: " + e.getMessage());
    }
  }

  private static List<String> way(String line) {
    String[] ends = line.split(" to ", 2);
    Configuration joint = configuration(ends[0]).jointTowards(configuration(ends[1]), 9);
    return joint.isJoint()
        ? List.of("joint: " + describe(joint), "then: " + describe(joint.leaveJoint(10)))
        : List.of("at once: " + describe(joint));
  }

  // ------------------------------------------------------------------ judgement

  private static List<String> judgement(List<String> parts) {
    Configuration current = configuration(parts.get(0));
    GroupView view = view(current, parts.subList(2, parts.size()));
    ChangeVerdict preview = preview(parts.get(1), view);
    if (!preview.isAllowed()) {
      String reasons = preview.refusals().stream()
          .map(ChangeRefusal::reason)
          .distinct()
          .map(Enum::name)
          .collect(Collectors.joining(", "));
      return List.of("no: " + reasons);
    }
    return List.of(
        (preview.isJoint() ? "by way of joint: " : "at once: ") + describe(preview.target()));
  }

  private static ChangeVerdict preview(String change, GroupView view) {
    String[] verb = change.split(" ", 2);
    String rest = verb[1];
    return switch (verb[0]) {
      case "remove" -> ChangeVerdict.of(new MembershipChange.Remove(CoreHarness.id(rest)), view);
      case "add" -> {
        boolean learner = rest.startsWith("learner ");
        Member wanted = member(learner ? rest.substring(8) : rest, learner);
        yield ChangeVerdict.of(MembershipChange.add(wanted, MembershipChange.NO_LIMIT), view);
      }
      case "replace" -> {
        String[] ends = rest.split(" by ", 2);
        List<ReplicaId> replaced = ids(ends[0]);
        yield ChangeVerdict.of(
            new MembershipChange.Add(member(ends[1], false), replaced, MembershipChange.NO_LIMIT),
            view);
      }
      case "change" -> {
        String[] ends = rest.substring("to ".length()).split(" based on ", 2);
        long base = ends.length > 1 ? Long.parseLong(ends[1]) : MembershipChange.ANY_INDEX;
        yield ChangeVerdict.of(
            new MembershipChange.Reconfigure(configuration(ends[0]), base), view);
      }
      case "step" -> {
        String[] ends = rest.substring("to ".length()).split(" while ", 2);
        List<ReplicaId> leaving = ends.length > 1 ? ids(ends[1].replace("leaves", "")) : List.of();
        yield ChangeVerdict.ofStep(configuration(ends[0]), leaving, view);
      }
      default -> throw new AssertionError("nobody can " + verb[0]);
    };
  }

  private static GroupView view(Configuration current, List<String> conditions) {
    ReplicaId self = CoreHarness.id("n1");
    TreeMap<ReplicaId, Standing> standings = new TreeMap<>();
    for (Member member : current.members()) {
      if (!member.replica().equals(self)) {
        standings.put(member.replica(), new Standing(true, INDEX, 0));
      }
    }
    for (String condition : conditions) {
      String[] words = condition.split(" ");
      for (String word : List.of(words).subList(1, words.length)) {
        String[] one = word.split("=", -1);
        switch (words[0]) {
          case "silent" ->
            standings.computeIfPresent(
                CoreHarness.id(one[0]),
                (id, before) -> new Standing(false, before.match(), before.missing()));
          case "behind" ->
            standings.put(
                CoreHarness.id(one[0]), new Standing(true, INDEX, Long.parseLong(one[1])));
          case "empty" -> standings.put(CoreHarness.id(one[0]), new Standing(true, 0, INDEX));
          case "new" -> {
            // "new leader", see below.
          }
          default -> throw new AssertionError("what is " + condition + "?");
        }
      }
    }
    return new GroupView(
        self,
        !conditions.contains("follows"),
        !conditions.contains("new leader"),
        current,
        INDEX,
        !current.isJoint() && !conditions.contains("uncommitted"),
        standings,
        new LeaseBounds(100_000_000L, 2_000_000_000L));
  }

  // ------------------------------------------------------------------ configurations

  private static Configuration configuration(String text) {
    Map<String, List<String>> titled = new LinkedHashMap<>();
    List<String> under = titled.computeIfAbsent("voters", title -> new ArrayList<>());
    for (String word : words(text)) {
      if (TITLES.contains(word)) {
        under = titled.computeIfAbsent(word, title -> new ArrayList<>());
      } else {
        under.add(word);
      }
    }
    Function<String, List<String>> names = title -> titled.getOrDefault(title, List.of());
    List<String> outgoing = names.apply("outgoing");
    List<Member> members = new ArrayList<>();
    for (String title : List.of("voters", "learners", "leaving")) {
      for (String name : names.apply(title)) {
        Member member = member(name, title.equals("learners"));
        MemberRole role = title.equals("leaving") ? MemberRole.LEAVING : member.role();
        members.add(member.withRole(role, outgoing.contains(CoreHarness.name(member.replica()))));
      }
    }
    List<Removal> removals = new ArrayList<>();
    for (String removed : names.apply("removed")) {
      String[] pair = removed.split("=", -1);
      Member gone = CoreHarness.member(pair[0], false);
      removals.add(new Removal(gone.replica(), gone.host(), true, Long.parseLong(pair[1])));
    }
    LeaseRules rules = LeaseRules.FORBIDDEN;
    for (String leases : names.apply("leases")) {
      String[] pair = leases.split("/", -1);
      rules = LeaseRules.permitted(Integer.parseInt(pair[0]), Integer.parseInt(pair[1]));
    }
    return Configuration.of(members, Configuration.FEATURE_LEVEL, rules, removals);
  }

  private static Member member(String text, boolean learner) {
    String[] placed = text.split("@", 2);
    Member member = CoreHarness.member(placed[0], learner);
    if (placed.length == 1) {
      return member;
    }
    return new Member(
        member.replica(),
        new HostId(placed[1]),
        member.address(),
        member.role(),
        member.outgoingVoter(),
        member.priority(),
        member.campaignDelayMillis());
  }

  private static List<ReplicaId> ids(String text) {
    return words(text).stream().map(CoreHarness::id).toList();
  }

  private static List<String> words(String text) {
    return Arrays.stream(text.trim().split("\\s+"))
        .filter(word -> !word.isEmpty() && !word.equals("nobody"))
        .toList();
  }

  private static String describe(Configuration configuration) {
    StringBuilder text =
        new StringBuilder("voters ").append(names(configuration, MemberRole.VOTER));
    role(text, configuration, MemberRole.LEARNER, "learners");
    role(text, configuration, MemberRole.LEAVING, "leaving");
    if (configuration.isJoint()) {
      text.append("; outgoing voters ")
          .append(configuration.outgoingVoters().stream()
              .map(CoreHarness::name)
              .collect(Collectors.joining(" ")));
    }
    for (Removal removal : configuration.removals()) {
      text.append("; removed ")
          .append(CoreHarness.name(removal.replica()))
          .append(" at ")
          .append(removal.index());
    }
    LeaseRules rules = configuration.leaseRules();
    if (rules.permitted()) {
      text.append("; leases ")
          .append(rules.windowMillis())
          .append('/')
          .append(rules.maxClockDriftPpm());
    }
    return text.toString();
  }

  private static void role(
      StringBuilder text, Configuration configuration, MemberRole role, String title) {
    String found = names(configuration, role);
    if (!found.isEmpty()) {
      text.append("; ").append(title).append(' ').append(found);
    }
  }

  private static String names(Configuration configuration, MemberRole role) {
    return configuration.members().stream()
        .filter(member -> member.role() == role)
        .map(MembershipTable::text)
        .collect(Collectors.joining(" "));
  }

  private static String text(Member member) {
    String name = CoreHarness.name(member.replica());
    return name
        + (member.priority() == Member.DEFAULT_PRIORITY ? "" : "/p" + member.priority())
        + (member.campaignDelayMillis() == 0 ? "" : "/d" + member.campaignDelayMillis())
        + (member.host().name().equals(name) ? "" : "@" + member.host().name());
  }
}
