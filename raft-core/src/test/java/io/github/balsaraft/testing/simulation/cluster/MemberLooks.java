package io.github.balsaraft.testing.simulation.cluster;

import io.github.balsaraft.api.MembershipView;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.testing.simulation.world.Chance;
import io.github.balsaraft.testing.simulation.world.Served;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** In some runs an operator who asks for something looks at the members too, at any host, and holds what it sees against what is committed. */
final class MemberLooks {

  private static final double RUNS = 0.15;
  private static final double LOOKS = 0.7;

  private final SimulatedCluster cluster;
  private final Operator operator;
  private final Chance chance;
  private final boolean used;

  MemberLooks(SimulatedCluster cluster, Operator operator, Chance chance) {
    this.cluster = cluster;
    this.operator = operator;
    this.chance = chance;
    this.used = chance.happens(RUNS);
  }

  /** It asks for something else: it may look too. */
  void look() {
    if (!used || !chance.happens(LOOKS)) {
      return;
    }
    List<SimulatedHost> up = cluster.hosts().stream()
        .map(cluster.world()::host)
        .filter(SimulatedHost::isUp)
        .toList();
    SimulatedHost.Life at = up.isEmpty() ? null : chance.oneOf(up).life();
    if (at == null) {
      return;
    }
    CompletableFuture<MembershipView> answer = at.node().membership().view();
    CompletableFuture<MembershipView> unused =
        answer.whenComplete(operator.looked((seen, failure) -> {
          if (failure == null) {
            check(at.host(), seen);
          }
        }));
    operator.await("a look at the members", at, answer);
  }

  private void check(HostId host, MembershipView seen) {
    cluster.world().observer().onServed(host, Served.VIEW_OF_MEMBERS);
    Configuration committed = cluster.view().everCommitted().get(seen.configurationIndex());
    if (seen.committed()
        && !seen.configuration().isEmpty()
        && !seen.configuration().equals(committed)) {
      operator.complain(host + " shows members as committed at index " + seen.configurationIndex()
          + ": " + seen.configuration() + ", and committed there is " + committed);
    }
    if (seen.leads() && !seen.leader().equals(Optional.of(host))) {
      operator.complain(host + " says that it leads, and that " + seen.leader() + " does");
    }
  }
}
