package io.github.balsaraft.core;

import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.ReplicaId;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who stands for election first when several would: the longest log, then the highest priority, then the shortest campaign
 * delay, then the lowest id. The same on every member, so that they don't split the vote. Safety never rests on it.
 */
final class StandingOrder {

  private static final Comparator<Member> BY_CONFIGURATION = Comparator.comparing(Member::priority)
      .reversed()
      .thenComparing(Member::campaignDelayMillis)
      .thenComparing(Member::replica);

  private StandingOrder() {}

  /** The voters that stand for election, the first first, as far as the configuration tells. */
  static List<Member> standing(CoreContext context) {
    return context.configuration().members().stream()
        .filter(member -> member.isVoterInAnyHalf() && member.priority() > 0)
        .sorted(BY_CONFIGURATION)
        .toList();
  }

  /** How many members stand before this one once a leader is gone, as far as the configuration tells. */
  static int rankWithout(ReplicaId goneLeader, CoreContext context) {
    List<Member> standing = standing(context).stream()
        .filter(member -> !member.replica().equals(goneLeader))
        .toList();
    for (int rank = 0; rank < standing.size(); rank++) {
      if (standing.get(rank).replica().equals(context.self)) {
        return rank;
      }
    }
    return standing.size();
  }

  /** Whether another candidate, whose log ends there, stands before this replica. */
  static boolean standsBefore(ReplicaId candidate, EntryId candidateLast, CoreContext context) {
    int byLog = candidateLast.compareTo(context.lastEntry());
    if (byLog != 0) {
      return byLog > 0;
    }
    @Nullable Member theirs = context.configuration().member(candidate);
    @Nullable Member own = context.configuration().member(context.self);
    return theirs != null && own != null && BY_CONFIGURATION.compare(theirs, own) < 0;
  }
}
