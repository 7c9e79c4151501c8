package io.github.balsaraft.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.VoteResponse;
import io.github.balsaraft.testing.simulation.checks.Checks;
import io.github.balsaraft.testing.simulation.checks.Coverage;
import io.github.balsaraft.testing.simulation.checks.Violation;
import io.github.balsaraft.testing.simulation.world.Observers;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What a group is seen to do, told by hand: events as the runtime makes them, without a runtime. A test tells a few right steps
 * with one call each, and then the wrong one.
 *
 * <p>It begins with the founders n1, n2, n3 and so on in term 1: each is born with the founding configuration at index 1, has it
 * on its disk, and has started.
 */
final class Story {

  final Coverage coverage = new Coverage();
  final Checks checks = new Checks();
  final Configuration founding;
  private final List<StoryReplica> replicas = new ArrayList<>();

  Story(int founders) {
    Observers witnesses = new Observers();
    witnesses.add(checks);
    witnesses.add(coverage);
    for (int number = 1; number <= founders; number++) {
      replicas.add(new StoryReplica(number, witnesses));
    }
    founding = Configuration.of(replicas.stream().map(StoryReplica::asVoter).toList());
    replicas.forEach(replica -> replica.isBorn(founding));
  }

  StoryReplica n(int number) {
    return replicas.get(number - 1);
  }

  /** Somebody campaigns, gets votes by the book, leads, and appends its no-op. */
  void elect(StoryReplica candidate, long term, StoryReplica... voters) {
    candidate.campaigns(term);
    candidate.stores();
    for (StoryReplica voter : voters) {
      candidate.asksForVote(voter);
      voter.sees(term);
      voter.votesFor(candidate);
      voter.stores();
      voter.sends(new VoteResponse(voter.id, candidate.id, term, true));
    }
    candidate.leads();
    candidate.appends(noOp());
  }

  /** Followers get what the leader has and they lack, and store it; the leader stores it as well. */
  void replicate(StoryReplica leader, StoryReplica... followers) {
    leader.stores();
    for (StoryReplica follower : followers) {
      follower.sees(leader.term);
      follower.copies(leader);
      follower.stores();
    }
  }

  static Payloads noOp() {
    return Payloads.single(EntryType.NO_OP, new byte[0]);
  }

  /** A command that adds something. Each has an attempt of its own. */
  static Payloads command(long attempt, int adds) {
    byte[] payload = ByteBuffer.allocate(12).putLong(attempt).putInt(adds).array();
    return Payloads.single(EntryType.COMMAND, payload);
  }

  static Payloads configuration(Configuration configuration) {
    return Payloads.single(EntryType.CONFIGURATION, configuration.encode());
  }

  static EntryBatch placed(Payloads payloads, long term, long index) {
    return payloads.place(new EntryId(term, index), 1000 * index);
  }

  /** So far nothing was wrong. */
  void isRight() {
    assertThat(checks.violation()).isNull();
  }

  /** The last step was wrong, in this way; what was before it was right. */
  void isWrong(Violation.Kind kind) {
    Violation violation = checks.violation();
    assertThat(violation).as("violation").isNotNull();
    assertThat(violation.kind()).as(violation.message()).isEqualTo(kind);
  }
}
