package io.github.balsaraft.testing.simulation.checks;

import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.ReplicaId;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a replica has told others of its terms and votes, in all of its lives. It is bound to that for ever. */
final class Promises {

  private long term;
  private final Map<Long, ReplicaId> votes = new TreeMap<>();
  private final Map<Long, EntryId> campaigns = new TreeMap<>();

  /** The highest term that it has told. */
  long term() {
    return term;
  }

  void tellTerm(long told) {
    term = Math.max(term, told);
  }

  /** To whom it has told that its vote of a term went; null if it has told nobody. */
  @Nullable
  ReplicaId voteIn(long ofTerm) {
    return votes.get(ofTerm);
  }

  /** It tells where its vote goes, and maybe tells it again. */
  boolean tellVote(long ofTerm, ReplicaId candidate) {
    ReplicaId before = votes.putIfAbsent(ofTerm, candidate);
    return before == null || before.equals(candidate);
  }

  /** The end of the log that it has told voters of when it asked for their votes; null if it didn't ask. */
  @Nullable
  EntryId campaignIn(long ofTerm) {
    return campaigns.get(ofTerm);
  }

  void tellCampaign(long ofTerm, EntryId lastEntry) {
    campaigns.put(ofTerm, lastEntry);
  }
}
