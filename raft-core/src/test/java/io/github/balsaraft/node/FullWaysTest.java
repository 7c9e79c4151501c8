package io.github.balsaraft.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.core.ProposalResult;
import io.github.balsaraft.model.AppendEntries;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import org.junit.jupiter.api.Test;

class FullWaysTest {

  private static final HostId HOST = new HostId("n2");

  private final FullWays ways = new FullWays();
  private final SoleVoter leader =
      new SoleVoter(new VirtualTime(), Member.learner(new ReplicaId(2), HOST, "n2"));

  /** Proposes something, and counts the messages with entries that are sent then. */
  private long sentEntries() {
    ProposalResult appended =
        leader.core.propose(Payloads.single(EntryType.COMMAND, "a".getBytes(UTF_8)));
    assertThat(appended).isInstanceOf(ProposalResult.Appended.class);
    long[] sent = {0};
    leader.settle(ready -> sent[0] +=
        ready.messages().stream().filter(AppendEntries.class::isInstance).count());
    return sent[0];
  }

  /** A group may start, and a member be added, long after the transport has said it. */
  @Test
  void whoWasNotThereWhenTheTransportSaidItIsToldToo() {
    ways.changed(HOST, false);
    assertThat(ways.contains(HOST)).isTrue();
    ways.tell(leader.core);
    leader.lead();
    assertThat(sentEntries()).isZero();
    ways.changed(HOST, true);
    assertThat(ways.contains(HOST)).isFalse();
    ways.tell(leader.core);
    assertThat(sentEntries()).as("nor has it heard of the end").isPositive();
    assertThat(leader.core.knowsFullWays()).isFalse();
  }
}
