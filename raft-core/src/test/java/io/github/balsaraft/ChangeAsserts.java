package io.github.balsaraft;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.ChangeFailedException;
import io.github.balsaraft.model.ChangeRefusal.Reason;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.Member;
import java.util.List;

/** What tests of changes ask again and again. */
final class ChangeAsserts {

  private ChangeAsserts() {}

  static void propose(GrowingCluster cluster, String command) {
    cluster.atLeader(leader -> cluster.leader().propose(command.getBytes(UTF_8)));
  }

  static List<String> voters(Configuration configuration) {
    return configuration.members().stream()
        .filter(Member::isVoter)
        .map(member -> member.host().name())
        .sorted()
        .toList();
  }

  static ChangeFailedException changeFailure(Throwable failure) {
    assertThat(failure).isInstanceOf(ChangeFailedException.class);
    return (ChangeFailedException) failure;
  }

  static List<Reason> reasons(Throwable failure) {
    return changeFailure(failure).refusals().stream()
        .map(refusal -> refusal.reason())
        .toList();
  }
}
