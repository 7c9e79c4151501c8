package io.github.balsaraft.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.Founder;
import io.github.balsaraft.api.RaftOptions;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a new replica that waits to be let in says of that. */
class JoinSeekerTest {

  @Test
  @DisplayName("before its first question it names nobody whom it has asked")
  void beforeItsFirstQuestion() {
    SnapshotRig rig = new SnapshotRig(RaftOptions.defaults());
    BirthPlan plan = new BirthPlan(BirthPlan.Kind.JOIN, List.of(Founder.parse("n2")));
    JoinSeeker seeker =
        new JoinSeeker(SnapshotRig.SELF, rig.context.host(), SnapshotRig.GROUP, plan);
    assertThat(seeker.explain())
        .isEqualTo("a new replica that waits to be let in: no leader has answered yet");
  }
}
