package io.github.balsaraft.node;

import static io.github.balsaraft.testing.simulation.world.VirtualTime.MILLIS;
import static io.github.balsaraft.testing.simulation.world.VirtualTime.SECONDS;
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
import io.github.balsaraft.testing.simulation.SimulationSettings;
import io.github.balsaraft.testing.simulation.world.Chance;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
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
      SimulationSettings.smallLimits().toBuilder().forwardProposals(true).build();

  /** Each needs at most one new host. */
  private static final int STEPS = 5;

  private static final AddOptions VOTER = AddOptions.voter().withTimeLimit(Duration.ofSeconds(30));

  @Test
  void hostsComeAndGoUnderLoad() {
    for (long seed : ClusterRun.seeds(20)) {
      ClusterRun.of(seed, new TestCluster(seed, 3, STEPS, OPTIONS), run -> {
        run.cluster.startAll();
        run.cluster.awaitLeader();
        run.load(10 * MILLIS);
        Operator operator = new Operator(run);
        for (int i = 0; i < STEPS; i++) {
          operator.doSomething();
        }
        operator.restoreFounders();
        run.healAndCheck();
      });
    }
  }

  /** Knows which hosts are members, and changes one at a time. */
  private static final class Operator {
    private final TestCluster cluster;
    private final VirtualTime time;
    private final Chance chance;
    private final TreeSet<HostId> members;
    private int lastHost = 3;
    private boolean calm;

    Operator(ClusterRun run) {
      this.cluster = run.cluster;
      this.time = run.time;
      this.chance = run.chance;
      this.members = new TreeSet<>(cluster.founders());
    }

    void doSomething() {
      int choice = chance.below(3);
      if (choice == 0 || members.size() < 3) {
        add(newHost());
      } else if (choice == 1) {
        remove(anyMember());
      } else {
        replace(anyMember(), newHost());
      }
    }

    void restoreFounders() {
      for (HostId founder : cluster.founders()) {
        if (!members.contains(founder)) {
          cluster.wipe(founder);
          add(founder);
        }
      }
      for (HostId host : List.copyOf(members)) {
        if (!cluster.founders().contains(host)) {
          remove(host);
        }
      }
      calm = true;
      time.runFor(5 * SECONDS);
    }

    /** Names one member, which need not lead. */
    private BirthPlan joining() {
      HostId host = anyMember();
      Founder member = new Founder(host, host.name());
      return new BirthPlan(BirthPlan.Kind.JOIN, List.of(member));
    }

    private HostId newHost() {
      return new HostId("n" + ++lastHost);
    }

    private HostId anyMember() {
      return List.copyOf(members).get(chance.below(members.size()));
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
      time.in(chance.between(0, 3000) * MILLIS, () -> {
        if (cluster.life(host) == null) {
          cluster.start(host, joining());
        }
      });
    }

    /** It hears of it, as long as it runs; then its folder goes. */
    private void removed(HostId host) {
      SimulatedHost.Life process = cluster.life(host);
      if (process != null && cluster.isRunning(process)) {
        boolean told =
            cluster.runUntil(() -> cluster.status(process).removedAt() > 0, 30 * SECONDS);
        assertThat(told).as("%s is told%s", host, cluster.describe()).isTrue();
      }
      cluster.wipe(host);
    }

    private void achieve(ConfigurationChange change) {
      disturb();
      long end = time.nowNanos() + 300 * SECONDS;
      while (!isDone(change)) {
        assertThat(time.nowNanos())
            .as("%s in time%s", change, cluster.describe())
            .isLessThan(end);
        time.runFor(200 * MILLIS);
      }
      cluster.world.network().recover();
    }

    private boolean isDone(ConfigurationChange change) {
      Optional<SimulatedHost.Life> leader = cluster.leader();
      if (leader.isEmpty()) {
        return false;
      }
      CompletableFuture<ChangeResult> asked = leader.get().node().membership().change(change);
      boolean ended =
          cluster.runUntil(() -> asked.isDone() || leader.get().isDead(), 120 * SECONDS);
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
      var configuration = cluster.status(cluster.awaitLeader()).configuration();
      if (change instanceof ConfigurationChange.Remove remove) {
        return configuration.membersOn(remove.host()).isEmpty();
      }
      return change instanceof ConfigurationChange.Replace replace
          && configuration.membersOn(replace.old()).isEmpty()
          && !configuration.membersOn(replace.replacement()).isEmpty();
    }

    private void disturb() {
      long later = chance.between(0, 4000) * MILLIS;
      switch (chance.below(4)) {
        case 0 -> time.in(later, this::crashAMember);
        case 1 -> {
          time.in(later, this::crashAMember);
          time.in(2 * later, this::crashAMember);
        }
        case 2 -> cluster.weather(0.1, 0.1, 20 * MILLIS);
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
      Optional<SimulatedHost.Life> victim = cluster.running().stream()
          .filter(process -> members.contains(process.host()))
          .skip(chance.below(members.size()))
          .findFirst();
      victim.ifPresent(process -> {
        boolean founder = cluster.founders().contains(process.host());
        cluster.crash(process.host());
        time.in(chance.between(1, 3000) * MILLIS, () -> {
          if (members.contains(process.host()) && cluster.life(process.host()) == null) {
            if (founder) {
              cluster.start(process.host());
            } else {
              cluster.start(process.host(), joining());
            }
          }
        });
      });
    }
  }
}
