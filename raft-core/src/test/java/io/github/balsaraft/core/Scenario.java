package io.github.balsaraft.core;

import io.github.balsaraft.core.membership.ChangeVerdict;
import io.github.balsaraft.core.membership.MembershipChange;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.LeaseRules;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.MemberRole;
import io.github.balsaraft.model.ProtocolMessage;
import io.github.balsaraft.model.ReplicaId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The language of the files in {@code testdata/scenarios}: one command moves one thing, and nothing moves by itself.
 *
 * <pre>
 * cluster n1 n2 n3 [learners n4] [empty n5]   starts a cluster; "empty" replicas were told no configuration
 * names in configurations may have a priority and a campaign delay: n3/p0 n4/p5/d300
 * tell all | nothing | roles messages ...      what the answers show: {@link TextTrace.Topic}
 * timeout n2             n2's clock runs to its next deadline
 * pass 1000ms [n1 n2]    clocks run on
 * run 3000ms             clocks run on and every message is delivered at once
 * deliver [n1->n2 ...]   what is under way now, on all links or on these; * stands for anyone
 * settle                 delivers until nothing is under way
 * drop [n1->n2 ...]      loses what is under way
 * copy n1->n2 as x       keeps a copy of what is under way; replay x delivers it
 * cut n1->n2 | cut n1    loses what is sent from now on; a name alone means both directions to everybody
 * heal                   all links
 * propose n1 a b         change n1 to n1 n2 [learners n3]      read n1
 * add n1 n4 [learner] [within 5000ms]    replace n1 n3 by n4 [within 5000ms]    remove n1 n3
 * abort n1 2             calls off change 2        preview n1 to n1 n2 [learners n3]
 * transfer n1 [to n2]    n1 is asked to hand leadership over
 * leases n1 1000ms 100ppm | off     n1 is asked for other rules for leases      lease-read n1
 * disk n2 slow | done | fast    writes take until "done" (the oldest), or are done at once
 * crash n1 [with 1 write]       loses what is not durable, but for so many writes; restart n1
 * log n1 term=4 1 1 2    what was durable before the story: one entry for each term
 * damage n1 2 3          n1, which is down, finds on its disk that these entries can't be read
 * gone n1 for n2         n2 hears that the process of n1 is gone
 * snapshot n1            n1 takes a snapshot, durable at once; unreadable n1: it can't be read any more
 * fetch n3 slow | done | failed | fast    fetches of snapshots wait for "done" or "failed", or are done at once
 * state [n1 ...]         knows n1 of n2
 * </pre>
 *
 * <p>Election timeouts are one to two seconds, n1's the shortest and so on; the heartbeat is 100 ms.
 */
final class Scenario {

  private final TextTrace trace = new TextTrace();
  private final Map<String, List<ProtocolMessage>> copies = new HashMap<>();
  private final Consumer<String> events;
  private CoreHarness harness = new CoreHarness(CoreHarness.OPTIONS);

  Scenario() {
    this(line -> {});
  }

  /** Gives the lines of the cores' traces to somebody. */
  Scenario(Consumer<String> events) {
    this.events = events;
  }

  List<String> execute(String line) {
    String[] words = line.split("\\s+");
    List<String> arguments = List.of(words).subList(1, words.length);
    List<String> answer = new ArrayList<>(execute(words[0], arguments));
    answer.addAll(0, trace.take());
    return answer;
  }

  private List<String> execute(String command, List<String> arguments) {
    switch (command) {
      case "cluster" -> cluster(arguments);
      case "tell" -> tell(arguments);
      case "timeout" -> harness.timeout(named(arguments.get(0)));
      case "pass" -> pass(arguments);
      case "run" -> harness.run(nanos(arguments.get(0)));
      case "deliver" -> take(arguments).forEach(harness::deliver);
      case "settle" -> harness.settle();
      case "drop" ->
        take(arguments)
            .forEach(message -> trace.note(
                TextTrace.link(message) + " " + TextTrace.text(message) + "  (dropped)"));
      case "copy" ->
        copies.put(
            arguments.get(2),
            harness.network().inFlight().stream()
                .filter(on(arguments.subList(0, 1)))
                .toList());
      case "replay" -> copies.get(arguments.get(0)).forEach(harness::deliver);
      case "cut" -> cut(arguments);
      case "heal" -> harness.network().healAll();
      case "disk" -> disk(named(arguments.get(0)), arguments.get(1));
      case "crash" ->
        harness.crash(
            named(arguments.get(0)), arguments.size() > 1 ? Integer.parseInt(arguments.get(2)) : 0);
      case "restart" -> harness.start(named(arguments.get(0)));
      case "damage" ->
        harness.damage(
            named(arguments.get(0)),
            arguments.stream().skip(1).mapToLong(Long::parseLong).toArray());
      case "log" -> log(arguments);
      case "snapshot" -> harness.snapshot(named(arguments.get(0)));
      case "unreadable" -> unreadable(named(arguments.get(0)));
      case "fetch" -> fetch(named(arguments.get(0)), arguments.get(1));
      case "gone" -> harness.peerGone(named(arguments.get(2)), CoreHarness.id(arguments.get(0)));
      default -> {
        return ask(command, arguments);
      }
    }
    return List.of();
  }

  /** Commands that are answered. */
  private List<String> ask(String command, List<String> arguments) {
    switch (command) {
      case "propose" -> {
        String[] commands = arguments.subList(1, arguments.size()).toArray(new String[0]);
        return List.of(result(harness.propose(named(arguments.get(0)), commands)));
      }
      case "change" -> {
        Configuration target = configuration(arguments.subList(2, arguments.size()));
        return List.of(change(named(arguments.get(0)), MembershipChange.to(target)));
      }
      case "add", "replace", "remove" -> {
        return List.of(change(named(arguments.get(0)), membershipChange(command, arguments)));
      }
      case "abort" -> {
        long changeId = Long.parseLong(arguments.get(1));
        boolean calledOff =
            harness.step(named(arguments.get(0)), core -> core.abortChange(changeId));
        return List.of(calledOff ? "called off" : "too late");
      }
      case "preview" -> {
        Configuration target = configuration(arguments.subList(2, arguments.size()));
        return preview(named(arguments.get(0)).view().previewChange(MembershipChange.to(target)));
      }
      case "leases" -> {
        HarnessReplica replica = named(arguments.get(0));
        Configuration current = replica.view().configuration();
        MembershipChange wanted = MembershipChange.to(current.withLeaseRules(rules(arguments)));
        return List.of(change(replica, wanted));
      }
      case "lease-read" -> {
        harness.leaseRead(named(arguments.get(0)));
        return List.of();
      }
      case "read" -> {
        harness.read(named(arguments.get(0)));
        return List.of();
      }
      case "transfer" -> {
        ReplicaId target = arguments.size() > 1 ? CoreHarness.id(arguments.get(2)) : null;
        harness.transfer(named(arguments.get(0)), target);
        return List.of();
      }
      case "state" -> {
        return harness.replicas().stream()
            .filter(replica -> arguments.isEmpty() || arguments.contains(replica.name))
            .map(HarnessStates::describe)
            .toList();
      }
      case "knows" -> {
        return List.of(HarnessStates.describe(named(arguments.get(0)), named(arguments.get(2))));
      }
      default -> throw new IllegalArgumentException("there is no command " + command);
    }
  }

  private HarnessReplica named(String name) {
    return harness.replica(name);
  }

  private static String result(ProposalResult result) {
    if (result instanceof ProposalResult.Appended appended) {
      return "appended at " + appended.first();
    }
    ProposalResult.Refused refused = (ProposalResult.Refused) result;
    return "refused, " + refused.reason().name().toLowerCase(Locale.ROOT) + ": " + refused.detail();
  }

  private String change(HarnessReplica replica, MembershipChange change) {
    long before = replica.view().configurationIndex();
    long changeId = harness.changeBy(replica, change);
    if (replica.view().configurationIndex() > before) {
      return "change " + changeId + " is appended at "
          + replica.view().configurationIndex() + "@"
          + replica.view().termAt(replica.view().configurationIndex());
    }
    return replica.changes.containsKey(changeId)
        ? "change " + changeId + " waits"
        : "refused: " + replica.lastOutcome().detail();
  }

  private static List<String> preview(ChangeVerdict preview) {
    return preview.isAllowed()
        ? List.of("allowed, " + (preview.isJoint() ? "joint" : "at once"))
        : preview.refusals().stream()
            .map(refusal -> refusal.reason().name().toLowerCase(Locale.ROOT).replace('_', ' ')
                + ": " + refusal.detail())
            .toList();
  }

  private static MembershipChange membershipChange(String command, List<String> arguments) {
    ReplicaId first = CoreHarness.id(arguments.get(1));
    if (command.equals("remove")) {
      return new MembershipChange.Remove(first);
    }
    int within = arguments.indexOf("within");
    long limit = within < 0 ? MembershipChange.NO_LIMIT : nanos(arguments.get(within + 1));
    Member wanted = CoreHarness.voter(arguments.get(command.equals("add") ? 1 : 3));
    if (arguments.contains("learner")) {
      wanted = wanted.withRole(MemberRole.LEARNER, false);
    }
    return command.equals("add")
        ? MembershipChange.add(wanted, limit)
        : MembershipChange.replace(first, wanted, limit);
  }

  private static LeaseRules rules(List<String> arguments) {
    if (arguments.get(1).equals("off")) {
      return LeaseRules.FORBIDDEN;
    }
    int windowMillis = Math.toIntExact(nanos(arguments.get(1)) / CoreHarness.MILLIS);
    return LeaseRules.permitted(
        windowMillis, Integer.parseInt(arguments.get(2).replace("ppm", "")));
  }

  private static long nanos(String text) {
    if (!text.endsWith("ms")) {
      throw new IllegalArgumentException("a time is written as 100ms, not as " + text);
    }
    return Long.parseLong(text.substring(0, text.length() - 2)) * CoreHarness.MILLIS;
  }

  private void cluster(List<String> arguments) {
    int empty = arguments.indexOf("empty");
    List<String> members = empty < 0 ? arguments : arguments.subList(0, empty);
    Configuration birth = configuration(members);
    harness = new CoreHarness(CoreHarness.OPTIONS);
    harness.replay().lines(events);
    for (Member member : birth.members()) {
      long rank = member.replica().value();
      harness.add(CoreHarness.name(member.replica()), CoreHarness.patience(rank), birth);
    }
    if (empty >= 0) {
      for (String name : arguments.subList(empty + 1, arguments.size())) {
        harness.add(name, CoreHarness.patience(CoreHarness.id(name).value()), Configuration.EMPTY);
      }
    }
    harness.trace(trace);
  }

  private static Configuration configuration(List<String> words) {
    List<Member> members = new ArrayList<>();
    boolean learners = false;
    for (String word : words) {
      if (word.equals("learners")) {
        learners = true;
      } else {
        members.add(CoreHarness.member(word, learners));
      }
    }
    return Configuration.of(members);
  }

  private void tell(List<String> words) {
    TreeSet<TextTrace.Topic> topics = new TreeSet<>();
    for (String word : words) {
      switch (word) {
        case "all" -> topics.addAll(List.of(TextTrace.Topic.values()));
        case "nothing" -> {}
        default -> topics.add(TextTrace.Topic.valueOf(word.toUpperCase(Locale.ROOT)));
      }
    }
    trace.only(topics);
  }

  private void pass(List<String> arguments) {
    for (HarnessReplica replica : harness.replicas()) {
      if (arguments.size() == 1 || arguments.contains(replica.name)) {
        harness.pass(replica, nanos(arguments.get(0)));
      }
    }
  }

  private List<ProtocolMessage> take(List<String> links) {
    return harness.network().take(on(links));
  }

  private static Predicate<ProtocolMessage> on(List<String> links) {
    return message -> links.isEmpty()
        || links.stream()
            .map(link -> link.split("->", 2))
            .anyMatch(ends -> isMeant(ends[0], message.from()) && isMeant(ends[1], message.to()));
  }

  private static boolean isMeant(String end, ReplicaId replica) {
    return end.equals("*") || Arrays.asList(end.split(",")).contains(CoreHarness.name(replica));
  }

  private void cut(List<String> arguments) {
    for (String argument : arguments) {
      String[] ends = argument.split("->", 2);
      if (ends.length == 2) {
        harness.network().cut(CoreHarness.id(ends[0]), CoreHarness.id(ends[1]));
        continue;
      }
      for (HarnessReplica other : harness.replicas()) {
        harness.network().cut(CoreHarness.id(argument), other.id);
        harness.network().cut(other.id, CoreHarness.id(argument));
      }
    }
  }

  private void disk(HarnessReplica replica, String what) {
    switch (what) {
      case "slow" -> replica.autoDisk = false;
      case "done" -> harness.completeWrite(replica);
      case "fast" -> {
        replica.autoDisk = true;
        while (replica.disk.pendingWrites() > 0) {
          harness.completeWrite(replica);
        }
      }
      default -> throw new IllegalArgumentException("a disk is slow, done or fast, not " + what);
    }
  }

  private void unreadable(HarnessReplica replica) {
    replica.unreadable = true;
    FakeSnapshot newest = replica.disk.snapshot();
    if (newest != null) {
      harness.stepDo(replica, core -> core.snapshotUnavailable(newest.lastIndex()));
    }
  }

  private void fetch(HarnessReplica replica, String what) {
    switch (what) {
      case "slow" -> replica.autoFetch = false;
      case "done" -> harness.endFetch(replica, replica.fetches.get(0));
      case "failed" -> harness.failFetch(replica, replica.fetches.get(0));
      case "fast" -> {
        replica.autoFetch = true;
        while (!replica.fetches.isEmpty()) {
          harness.endFetch(replica, replica.fetches.get(0));
        }
      }
      default ->
        throw new IllegalArgumentException("a fetch is slow, done, failed or fast, not " + what);
    }
  }

  private void log(List<String> arguments) {
    long term = Long.parseLong(arguments.get(1).substring("term=".length()));
    long[] terms = arguments.stream().skip(2).mapToLong(Long::parseLong).toArray();
    harness.preset(named(arguments.get(0)), term, terms);
  }
}
