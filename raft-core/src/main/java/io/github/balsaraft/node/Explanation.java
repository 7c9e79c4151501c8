package io.github.balsaraft.node;

import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.api.SessionsStatus;
import io.github.balsaraft.api.SnapshotStatus;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.MemberRole;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.storage.LogStore.Durability;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Says in one sentence how a node is, for an operator at 3 a.m.: why there is no leader, why a write waits, or that all is
 * well. The sentence starts with the fact, names the members concerned by their hosts, and ends with what a person can do if
 * there is something.
 *
 * <p>A pure function of a {@link NodeStatus}. What it says in which situation is written down in {@code
 * src/test/testdata/explain}.
 */
public final class Explanation {

  /** Fewer entries than these are work under way; more are worth a word. */
  static final long FAR_BEHIND_ENTRIES = 10_000;

  private Explanation() {}

  /**
   * Explains a node.
   *
   * @param electionTimeoutMax a member that was silent for longer counts as missing
   */
  public static String of(NodeStatus status, Duration electionTimeoutMax) {
    List<String> clauses = new ArrayList<>();
    clauses.add(main(status, electionTimeoutMax));
    if (status.health() == NodeStatus.Health.RUNNING && status.removedAt() == 0) {
      addNotes(status, clauses);
    } else if (status.health() == NodeStatus.Health.RECOVERING) {
      clauses.addAll(FetchExplanation.of(status.snapshots()));
    }
    return String.join("; ", clauses) + ".";
  }

  private static String main(NodeStatus status, Duration electionTimeoutMax) {
    if (status.health() == NodeStatus.Health.RUNNING && status.removedAt() > 0) {
      return "Removed: " + status.host() + " was " + Wording.removed(status.removedAt());
    }
    if (status.health() != NodeStatus.Health.RUNNING || isStranger(status)) {
      return takesNoPart(status);
    }
    if (status.role() == Role.LEADER) {
      return new LeaderExplanation(status, electionTimeoutMax).text();
    }
    if (status.leader().isPresent()) {
      return FollowerExplanation.of(status, electionTimeoutMax);
    }
    return NoLeaderExplanation.of(status, electionTimeoutMax);
  }

  // ------------------------------------------------------------------ outside the group

  /** Whether the configuration in force here doesn't contain this replica. */
  private static boolean isStranger(NodeStatus status) {
    return !status.configuration().contains(status.replica());
  }

  private static String takesNoPart(NodeStatus status) {
    String self = status.host().name();
    String detail = Wording.detail(status.healthDetail());
    String inParentheses = detail.isEmpty() ? "" : " (" + detail + ")";
    return switch (status.health()) {
      case CLOSED ->
        "Closed: " + self + " takes no part any more; start it again and it catches up";
      case FAILED ->
        "Failed: " + self + " has stopped taking part" + inParentheses
            + "; the others go on if they have a quorum, so repair the cause and start it again";
      case BEING_BORN ->
        "Not born yet: " + self + " holds no data" + (detail.isEmpty() ? "" : ", " + detail)
            + "; check that the hosts named run and can be reached";
      case RECOVERING ->
        "Recovering: " + self + " lacks the state that its log goes on from" + inParentheses
            + " and neither votes nor acknowledges anything until it has fetched a snapshot of that from another "
            + "member, as it does by itself; see that one runs whose own is intact, and if there is none, put a copy "
            + "of a snapshot back into its folder";
      case RUNNING -> stranger(status, self, detail);
    };
  }

  private static String stranger(NodeStatus status, String self, String detail) {
    if (!detail.isEmpty()) {
      return "Not a member yet: " + self + " is " + detail;
    }
    if (status.configuration().isEmpty()) {
      return "Not a member yet: " + self
          + " has no configuration and waits for a leader to send it one";
    }
    return "Not a member: " + self + " is not in the configuration of "
        + Wording.list(hosts(voters(status.configuration(), voter -> true)))
        + "; stop it if it was removed on purpose, else add it again";
  }

  // ------------------------------------------------------------------ shared by several situations

  /** The voters of either half that fulfil a condition, by host name. */
  static List<Member> voters(Configuration configuration, Predicate<Member> condition) {
    return configuration.members().stream()
        .filter(Member::isVoterInAnyHalf)
        .filter(condition)
        .sorted((one, other) -> one.host().compareTo(other.host()))
        .toList();
  }

  static List<String> hosts(List<Member> members) {
    return members.stream().map(member -> member.host().name()).distinct().toList();
  }

  /** {@code n2 (connection refused) and n3 (not reached) are missing}. */
  static String areMissing(List<Member> missing, Reach reach) {
    return Wording.list(missing.stream().map(reach::withReason).toList()) + " "
        + Wording.are(missing.size()) + " missing";
  }

  /**
   * What to do so that enough of the missing come back. Where somebody answers who isn't the member that was meant, such as
   * one of another cluster, there is nothing to start.
   */
  static String bringBack(List<Member> missing, int howMany, Reach reach) {
    List<String> strange = hosts(missing.stream().filter(reach::isRefused).toList());
    List<Member> others =
        missing.stream().filter(member -> !reach.isRefused(member)).toList();
    // Where a new replica runs already there is nothing to start either.
    List<String> toStart =
        hosts(others.stream().filter(member -> !reach.isReplaced(member)).toList());
    String correct = "correct the addresses or data folders of " + Wording.list(strange);
    if (toStart.isEmpty()) {
      return strange.isEmpty()
          ? "the new replica of " + Wording.list(hosts(others))
              + " takes its place once it has caught up"
          : correct;
    }
    String start = start(toStart, howMany);
    if (strange.isEmpty()) {
      return start;
    }
    return start + (howMany > toStart.size() ? " and " : " or ") + correct;
  }

  private static String start(List<String> names, int howMany) {
    if (howMany >= names.size()) {
      return "start or reconnect " + Wording.list(names);
    }
    return "start or reconnect " + (howMany == 1 ? "" : howMany + " of ")
        + (howMany == 1 ? Wording.anyOf(names) : Wording.list(names));
  }

  /** The node itself, with its role in the configuration where that matters. */
  static String self(NodeStatus status) {
    Member self = status.configuration().member(status.replica());
    boolean learner = self != null && self.role() == MemberRole.LEARNER && !self.outgoingVoter();
    return (learner ? "learner " : "") + status.host();
  }

  /** Whether its state is being restored from a snapshot: how far that is is said behind everything else. */
  static boolean isRestoring(NodeStatus status) {
    SnapshotStatus snapshots = status.snapshots();
    return snapshots.restoring().isPresent()
        || snapshots
            .fetching()
            .filter(fetching -> fetching.phase() == SnapshotStatus.Fetching.Phase.RESTORING)
            .isPresent();
  }

  /** {@code , local reads are at most 3 s old}; nothing if nobody knows. */
  static String ageOfLocalReads(NodeStatus status) {
    return status
        .staleness()
        .map(age -> ", local reads are at most " + Wording.duration(age) + " old")
        .orElse("");
  }

  private static void addNotes(NodeStatus status, List<String> clauses) {
    Configuration configuration = status.configuration();
    if (!isStranger(status) && !status.healthDetail().isEmpty()) {
      clauses.add(status.host() + " is " + Wording.detail(status.healthDetail()));
    }
    if (configuration.isJoint()) {
      clauses.add("a change of voters from "
          + Wording.list(hosts(voters(configuration, Member::outgoingVoter))) + " to "
          + Wording.list(hosts(voters(configuration, Member::isVoter)))
          + " is under way and needs a quorum of both");
    }
    for (NodeStatus.Peer peer : status.peers()) {
      long present = peer.presentIndex().orElse(0);
      long match = peer.matchIndex().orElse(0);
      if (present < match) {
        clauses.add(Wording.lostEntries(peer.host().name(), present + 1, match));
      }
    }
    clauses.addAll(LogExplanation.of(status));
    clauses.addAll(FetchExplanation.of(status.snapshots()));
    SessionsStatus sessions = status.sessions();
    if (isNearlyFull(sessions.open(), sessions.maxOpen())
        || isNearlyFull(sessions.keptBytes(), sessions.maxKeptBytes())) {
      clauses.add("there are " + sessions.open() + " sessions of at most "
          + sessions.maxOpen() + ", with results of "
          + Wording.bytes(sessions.keptBytes()) + " of at most "
          + Wording.bytes(sessions.maxKeptBytes())
          + ", and beyond that those that were not used for longest give way");
    }
    if (status.durability() == Durability.UNSAFE_NOT_SYNCED) {
      clauses.add("UNSAFE_NOT_SYNCED is on here, so power loss can undo acknowledged writes");
    } else if (status.durability() == Durability.UNSAFE_IN_MEMORY) {
      clauses.add("UNSAFE_IN_MEMORY is on here, so a restart forgets everything");
    }
  }

  /** At nine tenths there is still time to do something. */
  private static boolean isNearlyFull(long used, long most) {
    return most > 0 && used >= most - most / 10;
  }
}
