package io.github.balsaraft.node;

import static io.github.balsaraft.testing.simulation.world.VirtualTime.MILLIS;
import static io.github.balsaraft.testing.simulation.world.VirtualTime.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.AbortResult;
import io.github.balsaraft.api.ChangeResult;
import io.github.balsaraft.api.ConfigurationChange;
import io.github.balsaraft.api.Founder;
import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.model.AppendEntries;
import io.github.balsaraft.model.Configuration;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.LeaseRules;
import io.github.balsaraft.model.Member;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.testing.simulation.SimulationSettings;
import io.github.balsaraft.testing.simulation.cluster.SimulatedCluster;
import io.github.balsaraft.testing.simulation.load.KvMachine;
import io.github.balsaraft.testing.simulation.world.Chance;
import io.github.balsaraft.testing.simulation.world.Observers;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import io.github.balsaraft.testing.simulation.world.World;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A host whose folder is deleted comes back as a new replica, under load, whatever else goes on. */
class JoiningSimulationTest {

  private final Observers observers = new Observers();

  private static final RaftOptions OPTIONS =
      SimulationSettings.smallLimits().toBuilder().forwardProposals(true).build();

  @Test
  void hostsAreWipedOneAfterTheOtherUnderLoad() {
    for (long seed : ClusterRun.seeds(20)) {
      ClusterRun.of(seed, seed % 2 == 0 ? 3 : 5, OPTIONS, run -> {
        TestCluster cluster = run.cluster;
        cluster.startAll();
        cluster.awaitLeader();
        run.load(10 * MILLIS);
        Object founded = cluster.status(cluster.awaitLeader()).cluster();
        for (int i = 0; i < 3; i++) {
          run.time.runFor(run.chance.between(100, 2000) * MILLIS);
          HostId wiped = run.chance.oneOf(cluster.founders());
          wipeAndDisturb(run, wiped);
          awaitOnlyVoter(run, wiped);
          assertThat(cluster.status(cluster.life(wiped)).cluster()).isEqualTo(founded);
        }
        run.healAndCheck();
      });
    }
  }

  private static void wipeAndDisturb(ClusterRun run, HostId wiped) {
    TestCluster cluster = run.cluster;
    Chance chance = run.chance;
    cluster.wipe(wiped);
    run.time.runFor(chance.between(0, 3000) * MILLIS);
    cluster.start(wiped);
    run.time.runFor(chance.between(0, 3000) * MILLIS);
    switch (chance.below(4)) {
      case 0 -> {
        cluster.wipe(wiped);
        cluster.start(wiped);
      }
      case 1 -> {
        cluster.crash(wiped);
        cluster.start(wiped);
      }
      case 2 ->
        cluster.leader().map(SimulatedHost.Life::host).ifPresent(leader -> {
          cluster.crash(leader);
          run.time.runFor(chance.between(0, 3000) * MILLIS);
          cluster.start(leader);
        });
      default -> {
        cluster.weather(0.1, 0.1, 20 * MILLIS);
        run.time.runFor(chance.between(0, 3000) * MILLIS);
        cluster.world.network().recover();
      }
    }
  }

  /** Everybody, the host itself too, knows a settled configuration in which it has one replica, a voter. */
  private static void awaitOnlyVoter(ClusterRun run, HostId host) {
    TestCluster cluster = run.cluster;
    boolean joined = cluster.runUntil(
        () -> {
          run.time.runFor(100 * MILLIS);
          return cluster.running().stream()
              .allMatch(process -> isOnlyVoter(cluster.status(process), host, cluster));
        },
        60 * SECONDS);
    assertThat(joined).as("%s is a voter again%s", host, cluster.describe()).isTrue();
  }

  private static boolean isOnlyVoter(NodeStatus status, HostId host, TestCluster cluster) {
    Configuration configuration = status.configuration();
    List<Member> there = configuration.membersOn(host);
    return !configuration.isJoint()
        && there.size() == 1
        && there.get(0).isVoter()
        && there.get(0).replica().equals(cluster.status(cluster.life(host)).replica());
  }

  @Test
  void aHostThatLosesItsDiskAgainAndAgainDoesNotFillTheConfiguration() {
    ClusterRun.of(1, 3, OPTIONS, run -> {
      TestCluster cluster = run.cluster;
      cluster.startAll();
      cluster.awaitLeader();
      HostId wiped = cluster.founders().stream()
          .filter(host -> !host.equals(cluster.awaitLeader().host()))
          .findFirst()
          .orElseThrow();
      // It hears nothing, so that it is never caught up and stays a learner.
      for (int i = 0; i < 6; i++) {
        cluster.wipe(wiped);
        cluster.start(wiped);
        cluster
            .world
            .network()
            .drop((to, message) -> to.equals(wiped) && message.message() instanceof AppendEntries);
        run.history.propose(cluster.awaitLeader());
        run.time.runFor(5 * SECONDS);
        assertThat(cluster.status(cluster.awaitLeader()).configuration().membersOn(wiped))
            .hasSizeLessThanOrEqualTo(2);
      }
      run.healAndCheck();
      awaitOnlyVoter(run, wiped);
    });
  }

  @Test
  void aNewReplicaCatchesUpWithALargeLogWhileWritesGoOn() {
    ClusterRun.of(2, 3, OPTIONS, run -> {
      TestCluster cluster = run.cluster;
      cluster.startAll();
      cluster.awaitLeader();
      run.load(MILLIS);
      run.time.runFor(15 * SECONDS);
      HostId wiped = cluster.founders().get(2);
      cluster.wipe(wiped);
      cluster.start(wiped);
      run.time.runFor(3 * SECONDS);
      assertThat(cluster.status(cluster.awaitLeader()).lastIndex()).isGreaterThan(5000);
      awaitOnlyVoter(run, wiped);
      run.healAndCheck();
    });
  }

  /** Else it would be a member although whoever asked was told that it was replaced. */
  @Test
  void whereAnotherHostIsTakingThePlaceAWipedOneDoesNotComeBack() {
    World world = new World(1, observers);
    SimulatedCluster cluster = founded(world, 1);
    SimulatedHost.Life leader = Objects.requireNonNull(cluster.leader());
    HostId old = follower(cluster);
    HostId replacement = cluster.spares().get(0);
    world.host(old).wipe();
    cluster.start(replacement);
    world
        .network()
        .drop(
            (to, message) -> to.equals(replacement) && message.message() instanceof AppendEntries);
    CompletableFuture<ChangeResult> replaced = leader
        .node()
        .membership()
        .change(new ConfigurationChange.Replace(old, replacement, Duration.ofMinutes(1)));
    assertThat(world.time().runUntil(() -> membersOn(cluster, replacement) == 1, 20 * SECONDS))
        .isTrue();

    cluster.start(old);
    world.time().runFor(10 * SECONDS);
    assertThat(membersOn(cluster, old)).as("nobody but the lost one").isEqualTo(1);

    world.network().recover();
    assertThat(world.time().runUntil(replaced::isDone, 30 * SECONDS)).isTrue();
    assertThat(replaced.join().configuration().membersOn(old)).isEmpty();
    world.time().runFor(10 * SECONDS);
    assertThat(membersOn(cluster, old)).isZero();
    assertThat(membersOn(cluster, replacement)).isEqualTo(1);
  }

  /** The other way round: who is being let in again is not replaced meanwhile, or its new replica would stay. */
  @Test
  void aHostThatIsBeingLetInAgainIsNotReplacedMeanwhile() {
    World world = new World(1, observers);
    SimulatedCluster cluster = founded(world, 1);
    SimulatedHost.Life leader = Objects.requireNonNull(cluster.leader());
    HostId old = follower(cluster);
    HostId replacement = cluster.spares().get(0);
    cluster.start(replacement);
    world.host(old).wipe();
    world
        .network()
        .drop((to, message) -> to.equals(old) && message.message() instanceof AppendEntries);
    cluster.start(old);
    assertThat(world.time().runUntil(() -> membersOn(cluster, old) == 2, 20 * SECONDS))
        .isTrue();
    ConfigurationChange replace =
        new ConfigurationChange.Replace(old, replacement, Duration.ofMinutes(1));
    CompletableFuture<ChangeResult> tooEarly = leader.node().membership().change(replace);
    assertThat(world.time().runUntil(tooEarly::isDone, 5 * SECONDS)).isTrue();
    assertThat(tooEarly)
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withMessageContaining(old + " is being added or let in again");

    CompletableFuture<AbortResult> calledOff = leader.node().membership().abort(old);
    assertThat(world.time().runUntil(calledOff::isDone, 5 * SECONDS)).isTrue();
    world.host(old).crash();
    world.network().recover();
    assertThat(world.time().runUntil(() -> membersOn(cluster, old) == 1, 20 * SECONDS))
        .isTrue();
    CompletableFuture<ChangeResult> replaced = leader.node().membership().change(replace);
    assertThat(world.time().runUntil(replaced::isDone, 30 * SECONDS)).isTrue();
    assertThat(replaced.join().configuration().membersOn(old)).isEmpty();
  }

  /** Swarm seeds 524419559201 and 53966335220: nobody that it is told of is there any more, and so it must be told of others. */
  @Test
  void whoIsToldOnlyOfHostsThatHaveLeftSaysSoAndJoinsThroughPresentMembers() {
    World world = new World(1, observers);
    SimulatedCluster cluster = founded(world, 2);
    List<HostId> founders = cluster.founders();
    HostId last = founders.get(2);
    for (int i = 0; i < 2; i++) {
      HostId replacement = cluster.spares().get(i);
      cluster.start(replacement);
      replace(cluster, founders.get(i), replacement);
      world.host(founders.get(i)).wipe();
    }
    ReplicaId lost = onlyMemberOn(cluster, last).replica();
    world.host(last).wipe();
    List<Founder> named =
        founders.stream().map(host -> Founder.parse(host.name())).toList();
    cluster.start(last, new BirthPlan(BirthPlan.Kind.BOOTSTRAP, named));
    world.time().runFor(40 * SECONDS);
    CompletableFuture<NodeStatus> status =
        Objects.requireNonNull(world.host(last).life()).status();
    assertThat(world.time().runUntil(status::isDone, SECONDS)).isTrue();
    assertThat(status.join().explanation())
        .contains("waiting for n1, n2")
        .contains("start n3 with join and its members");
    assertThat(onlyMemberOn(cluster, last).replica()).isEqualTo(lost);

    world.host(last).crash();
    cluster.start(last);
    assertThat(world
            .time()
            .runUntil(
                () -> membersOn(cluster, last) == 1
                    && !onlyMemberOn(cluster, last).replica().equals(lost),
                30 * SECONDS))
        .isTrue();
  }

  /** Asks whoever leads until it is done: the leader may be the one that is replaced. */
  private static void replace(SimulatedCluster cluster, HostId old, HostId replacement) {
    VirtualTime time = cluster.world().time();
    assertThat(time.runUntil(() -> cluster.leader() != null, 60 * SECONDS)).isTrue();
    CompletableFuture<ChangeResult> replaced = Objects.requireNonNull(cluster.leader())
        .node()
        .membership()
        .change(new ConfigurationChange.Replace(old, replacement, Duration.ofMinutes(1)));
    assertThat(time.runUntil(replaced::isDone, 60 * SECONDS)).isTrue();
    assertThat(replaced.join().configuration().membersOn(old)).isEmpty();
    assertThat(time.runUntil(
            () -> cluster.leader() != null && !old.equals(cluster.view().leader()), 60 * SECONDS))
        .isTrue();
  }

  /** Three members that have a leader, and spare hosts. */
  private SimulatedCluster founded(World world, int spares) {
    SimulatedCluster cluster =
        new SimulatedCluster(world, 3, spares, OPTIONS, LeaseRules.FORBIDDEN, KvMachine::new);
    observers.add(cluster.view());
    cluster.startFounders();
    assertThat(world
            .time()
            .runUntil(
                () -> cluster.leader() != null && cluster.view().commitIndex() > 1, 60 * SECONDS))
        .isTrue();
    return cluster;
  }

  private static HostId follower(SimulatedCluster cluster) {
    HostId leader = Objects.requireNonNull(cluster.leader()).host();
    return cluster.founders().stream()
        .filter(host -> !host.equals(leader))
        .findFirst()
        .orElseThrow();
  }

  private static Member onlyMemberOn(SimulatedCluster cluster, HostId host) {
    List<Member> members = Objects.requireNonNull(cluster.view().committed()).membersOn(host);
    assertThat(members).hasSize(1);
    return members.get(0);
  }

  private static int membersOn(SimulatedCluster cluster, HostId host) {
    return Objects.requireNonNull(cluster.view().committed()).membersOn(host).size();
  }
}
