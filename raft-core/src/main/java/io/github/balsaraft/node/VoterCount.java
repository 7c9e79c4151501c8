package io.github.balsaraft.node;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.Member;
import java.util.List;
import java.util.function.Predicate;

/**
 * How many voters of each half fulfil a condition. While a change of voters is under way there are two halves, and a quorum
 * is a majority of both (Raft paper 6).
 */
final class VoterCount {

  private final List<Half> halves;

  private VoterCount(List<Half> halves) {
    this.halves = halves;
  }

  static VoterCount of(Configuration configuration, Predicate<Member> condition) {
    Half incoming = half(configuration, Member::isVoter, condition);
    return new VoterCount(
        configuration.isJoint()
            ? List.of(half(configuration, Member::outgoingVoter, condition), incoming)
            : List.of(incoming));
  }

  private static Half half(
      Configuration configuration, Predicate<Member> inHalf, Predicate<Member> condition) {
    List<Member> voters = configuration.members().stream().filter(inHalf).toList();
    return new Half(voters.size(), (int) voters.stream().filter(condition).count());
  }

  boolean isQuorum() {
    return halves.stream().allMatch(half -> half.missing() == 0);
  }

  /** Of how many of these voters a quorum can do without. */
  int spare() {
    return halves.stream().mapToInt(half -> half.count - half.majority()).min().orElse(0);
  }

  /** How many voters more make a quorum, if each counts in all halves that lack one. */
  int missing() {
    return halves.stream().mapToInt(Half::missing).max().orElse(0);
  }

  /** {@code 2 of 3 voters}, or {@code 2 of 3 old and 1 of 3 new voters}. */
  String text() {
    Half last = halves.get(halves.size() - 1);
    String old = halves.size() == 1 ? "" : halves.get(0) + " old and ";
    return old
        + last
        + (halves.size() == 1 ? "" : " new")
        + (last.size == 1 ? " voter" : " voters");
  }

  /** The text as the subject of a statement: {@code 2 of 3 voters are}. */
  String textAre() {
    return text() + " " + (halves.size() == 1 ? Wording.are(halves.get(0).count) : "are");
  }

  /** How many a quorum takes: {@code 2 are needed}. */
  String needed() {
    int most = halves.stream().mapToInt(Half::majority).max().orElse(0);
    return halves.size() == 1
        ? most + " " + Wording.are(most) + " needed"
        : halves.get(0).majority() + " old and " + halves.get(1).majority() + " new are needed";
  }

  private record Half(int size, int count) {

    int majority() {
      return size / 2 + 1;
    }

    int missing() {
      return Math.max(0, majority() - count);
    }

    @Override
    public String toString() {
      return count + " of " + size;
    }
  }
}
