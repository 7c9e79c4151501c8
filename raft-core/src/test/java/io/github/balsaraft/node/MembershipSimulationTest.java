package io.github.balsaraft.node;

import static io.github.balsaraft.node.Simulation.MILLIS;
import static io.github.balsaraft.node.Simulation.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.AddOptions;
import io.github.balsaraft.api.ChangeFailedException;
import io.github.balsaraft.api.ChangeFailedException.End;
import io.github.balsaraft.api.ChangeResult;
import io.github.balsaraft.api.ConfigurationChange;
import io.github.balsaraft.api.Founder;
import io.github.balsaraft.api.RaftException;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.model.HostId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** An operator grows, shrinks and rebuilds a group under load, whatever else goes on, and asks again as the failures say. */
class MembershipSimulationTest {

  private static final RaftOptions OPTIONS =
      SimulatedCluster.options().forwardProposals(true).build();

  private static final AddOptions VOTER = AddOptions.voter().withTimeLimit(Duration.ofSeconds(30));

  @Test
  void hostsComeAndGoUnderLoad() {
    for (long seed : ClusterRun.seeds(20)) {
      ClusterRun.of(seed, 3, OPTIONS, run -> {
        run.cluster.startAll();
        run.cluster.awaitLeader();
        run.load(10 * MILLIS);
        Operator operator = new Operator(run);
        for (int i = 0; i < 5; i++) {
          operator.doSomething();
        }
        operator.restoreFounders();
        run.healAndCheck();
      });
    }
  }

  /** Knows which hosts are members, and changes one at a time. */
  private static final class Operator {
    private final SimulatedCluster cluster;
    private final Simulation simulation;
    private final TreeSet<HostId> members;
    private int lastHost = 3;
    private boolean calm;

    Operator(ClusterRun run) {
      this.cluster = run.cluster;
      this.simulation = run.simulation;
      this.members = new TreeSet<>(cluster.hosts());
    }

    void doSomething() {
      int choice = simulation.random().nextInt(3);
      if (choice == 0 || members.size() < 3) {
        add(newHost());
      } else if (choice == 1) {
        remove(anyMember());
      } else {
        replace(anyMember(), newHost());
      }
    }

    void restoreFounders() {
      for (HostId founder : cluster.hosts()) {
        if (!members.contains(founder)) {
          cluster.wipe(founder);
          add(founder);
        }
      }
      for (HostId host : List.copyOf(members)) {
        if (!cluster.hosts().contains(host)) {
          remove(host);
        }
      }
      calm = true;
      simulation.runFor(5 * SECONDS);
    }

    /** Names one member, which need not lead. */
    private BirthPlan joining() {
      Founder member = new Founder(anyMember(), "nowhere");
      return new BirthPlan(BirthPlan.Kind.JOIN, List.of(member));
    }

    private HostId newHost() {
      return new HostId("n" + ++lastHost);
    }

    private HostId anyMember() {
      return List.copyOf(members).get(simulation.random().nextInt(members.size()));
    }

    private void add(HostId host) {
      start(host);
      achieve(new ConfigurationChange.Add(host, VOTER));
      members.add(host);
    }

    private void remove(HostId host) {
      achieve(new ConfigurationChange.Remove(host));
      members.remove(host);
      removed(host);
    }

    private void replace(HostId old, HostId host) {
      start(host);
      achieve(new ConfigurationChange.Replace(old, host, VOTER.timeLimit()));
      members.remove(old);
      members.add(host);
      removed(old);
    }

    /** Sooner or later; maybe only after it was added. */
    private void start(HostId host) {
      simulation.in(simulation.between(0, 3000) * MILLIS, () -> {
        if (!cluster.running.containsKey(host)) {
          cluster.start(host, joining(), 0, false);
        }
      });
    }

    /** It hears of it, as long as it runs; then its folder goes. */
    private void removed(HostId host) {
      SimulatedCluster.Life process = cluster.running.get(host);
      if (process != null && process.isRunning()) {
        boolean told = simulation.runUntil(() -> process.status().removedAt() > 0, 30 * SECONDS);
        assertThat(told).as("%s is told%s", host, cluster.describe()).isTrue();
      }
      cluster.wipe(host);
    }

    private void achieve(ConfigurationChange change) {
      disturb();
      long end = simulation.nowNanos() + 300 * SECONDS;
      while (!isDone(change)) {
        assertThat(simulation.nowNanos())
            .as("%s in time%s", change, cluster.describe())
            .isLessThan(end);
        simulation.runFor(200 * MILLIS);
      }
      cluster.network.heal();
    }

    private boolean isDone(ConfigurationChange change) {
      Optional<SimulatedCluster.Life> leader = cluster.leader();
      if (leader.isEmpty()) {
        return false;
      }
      CompletableFuture<ChangeResult> asked = leader.get().node.membership().change(change);
      boolean ended = simulation.runUntil(
          () -> asked.isDone() || leader.get().environment.isDead(), 120 * SECONDS);
      assertThat(ended).as("%s ends%s", change, cluster.describe()).isTrue();
      if (!asked.isDone()) {
        return false;
      }
      try {
        asked.join();
        return true;
      } catch (CompletionException e) {
        return isDoneAfter(change, (RaftException) e.getCause());
      }
    }

    /** One that was lost may have been done; asked for again it has nothing to do. */
    private boolean isDoneAfter(ConfigurationChange change, RaftException failure) {
      if (failure instanceof ChangeFailedException failed
          && failed.end() == End.REFUSED
          && !failed.isRetryable()
          && isAsWanted(change)) {
        return true;
      }
      boolean aborted =
          failure instanceof ChangeFailedException failed && failed.end() == End.ABORTED;
      assertThat(failure.isRetryable() || aborted)
          .as("%s: %s%s", change, failure, cluster.describe())
          .isTrue();
      return false;
    }

    private boolean isAsWanted(ConfigurationChange change) {
      var configuration = cluster.awaitLeader().status().configuration();
      if (change instanceof ConfigurationChange.Remove remove) {
        return configuration.membersOn(remove.host()).isEmpty();
      }
      return change instanceof ConfigurationChange.Replace replace
          && configuration.membersOn(replace.old()).isEmpty()
          && !configuration.membersOn(replace.replacement()).isEmpty();
    }

    private void disturb() {
      long later = simulation.between(0, 4000) * MILLIS;
      switch (simulation.random().nextInt(4)) {
        case 0 -> simulation.in(later, this::crashAMember);
        case 1 -> {
          simulation.in(later, this::crashAMember);
          simulation.in(2 * later, this::crashAMember);
        }
        case 2 -> cluster.network.faults(0.1, 0.1, 20 * MILLIS);
        default -> {
          // All is well.
        }
      }
    }

    private void crashAMember() {
      if (calm) {
        return;
      }
      // Whoever it is; a status can't be asked for inside an event.
      Optional<SimulatedCluster.Life> victim = cluster.running.values().stream()
          .filter(process -> members.contains(process.host))
          .skip(simulation.random().nextInt(members.size()))
          .findFirst();
      victim.ifPresent(process -> {
        boolean founder = cluster.hosts().contains(process.host);
        cluster.crash(process.host);
        simulation.in(simulation.between(1, 3000) * MILLIS, () -> {
          if (members.contains(process.host) && !cluster.running.containsKey(process.host)) {
            if (founder) {
              cluster.start(process.host);
            } else {
              cluster.start(process.host, joining(), 0, false);
            }
          }
        });
      });
    }
  }
}
