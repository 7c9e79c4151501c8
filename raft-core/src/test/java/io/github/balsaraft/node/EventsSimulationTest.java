package io.github.balsaraft.node;

import static io.github.balsaraft.testing.simulation.world.VirtualTime.MILLIS;
import static io.github.balsaraft.testing.simulation.world.VirtualTime.SECONDS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.NodeStatus;
import io.github.balsaraft.api.NodeStatus.Health;
import io.github.balsaraft.api.RaftEvent;
import io.github.balsaraft.api.RaftEvent.HealthChanged;
import io.github.balsaraft.api.RaftEvent.LeaderChanged;
import io.github.balsaraft.api.RaftEvent.MembershipChanged;
import io.github.balsaraft.api.RaftEvent.RoleChanged;
import io.github.balsaraft.api.RaftListener;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.LeaseRules;
import io.github.balsaraft.model.ReplicaId;
import io.github.balsaraft.model.Role;
import io.github.balsaraft.testing.RecordingMachine;
import io.github.balsaraft.testing.simulation.Simulation;
import io.github.balsaraft.testing.simulation.SimulationSettings;
import io.github.balsaraft.testing.simulation.checks.ListenerRules;
import io.github.balsaraft.testing.simulation.cluster.SimulatedCluster;
import io.github.balsaraft.testing.simulation.load.KvWorkload;
import io.github.balsaraft.testing.simulation.world.Observer;
import io.github.balsaraft.testing.simulation.world.Observers;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import io.github.balsaraft.testing.simulation.world.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What listeners are told in simulated clusters. */
class EventsSimulationTest {

  /** Under every kind of fault: crashes, pauses, wiped disks, changes of the members, snapshots. */
  @Test
  void whatListenersHearIsConsistent() {
    Set<String> kinds = new TreeSet<>();
    for (long seed : ClusterRun.seeds(8)) {
      Story story = new Story("seed " + seed);
      SimulationSettings settings =
          SimulationSettings.DEFAULT.checkedAtTheEnd().withLength(Duration.ofSeconds(20));
      new Simulation<>(seed, settings, new KvWorkload(4)).watchedBy(story).run();
      assertThat(story.leaders).as("leaders with seed %d", seed).isNotEmpty();
      kinds.addAll(story.kinds);
    }
    if (!ClusterRun.isReplay()) {
      // Else these runs show nothing of it.
      assertThat(kinds)
          .contains(
              "HealthChanged",
              "LeaderChanged",
              "MembershipChanged",
              "RoleChanged",
              "SnapshotInstalled",
              "SnapshotTaken");
    }
  }

  /** What was told last is how things stand, whatever came before. */
  @Test
  void theLastWordIsHowThingsStand() {
    for (long seed : ClusterRun.seeds(6)) {
      Story story = new Story("seed " + seed);
      Observers observers = new Observers();
      World world = new World(seed, observers);
      SimulatedCluster cluster = new SimulatedCluster(
          world, 3, 0, RaftOptions.defaults(), LeaseRules.FORBIDDEN, RecordingMachine::new);
      observers.add(cluster.view());
      observers.add(story);
      VirtualTime time = world.time();
      cluster.startFounders();
      awaitLeader(world, cluster);
      HostId first = cluster.leader().host();
      world.host(first).pauseFor(5 * SECONDS);
      time.runFor(20 * SECONDS);
      awaitLeader(world, cluster);
      time.runFor(SECONDS);

      for (SimulatedHost host : world.hosts()) {
        NodeStatus status = statusOf(world, host);
        Told told = story.told.get(host.id() + "/1");
        assertThat(told.role.role())
            .as("role of %s, %s", host.id(), story.name)
            .isEqualTo(status.role());
        assertThat(told.role.term())
            .as("term of %s, %s", host.id(), story.name)
            .isEqualTo(status.term());
        assertThat(told.leader.host())
            .as("leader of %s, %s", host.id(), story.name)
            .isEqualTo(status.leader());
        assertThat(told.membership.configuration()).isEqualTo(status.configuration());
        assertThat(told.membership.committed()).isTrue();
        assertThat(told.health.health()).isEqualTo(Health.RUNNING);
      }
      assertThat(story.leaders.size()).as("%s: the pause was seen", story.name).isGreaterThan(1);
    }
  }

  /** Who does something only while it leads must hear that it doesn't any more, and then nothing. */
  @Test
  void aLeaderThatIsClosedHearsThatItLeadsNoMore() {
    Story story = new Story("closing");
    Observers observers = new Observers();
    World world = new World(7, observers);
    SimulatedCluster cluster = new SimulatedCluster(
        world, 3, 0, RaftOptions.defaults(), LeaseRules.FORBIDDEN, RecordingMachine::new);
    observers.add(cluster.view());
    observers.add(story);
    cluster.startFounders();
    awaitLeader(world, cluster);
    HostId leader = cluster.leader().host();
    CompletableFuture<Void> stopped = world.host(leader).stop();
    world.time().runFor(10 * SECONDS);

    assertThat(stopped).isCompleted();
    List<RaftEvent> events = story.told.get(leader + "/1").events;
    int end = events.size();
    long term = events.get(end - 1).term();
    assertThat(events.subList(end - 3, end))
        .containsExactly(
            new RoleChanged(term, Role.FOLLOWER, "this node is shutting down"),
            new LeaderChanged(term, Optional.empty(), Optional.empty()),
            new HealthChanged(term, Health.CLOSED, "this node is shutting down"));
  }

  /** A listener that comes later hears first how things stand, in the same order as one from the beginning. */
  @Test
  void aListenerThatComesLaterIsToldHowThingsStand() {
    Observers observers = new Observers();
    World world = new World(3, observers);
    SimulatedCluster cluster = new SimulatedCluster(
        world, 3, 0, RaftOptions.defaults(), LeaseRules.FORBIDDEN, RecordingMachine::new);
    observers.add(cluster.view());
    cluster.startFounders();
    awaitLeader(world, cluster);
    GroupNode node = cluster.leader().node();
    NodeStatus status = statusOf(world, world.host(cluster.leader().host()));
    List<RaftEvent> heard = new ArrayList<>();
    List<RaftEvent> unheard = new ArrayList<>();
    node.addListener(heard::add);
    RaftListener removed = unheard::add;
    node.addListener(removed);
    node.removeListener(removed);
    world.time().runFor(SECONDS);

    assertThat(heard)
        .extracting(event -> event.getClass().getSimpleName())
        .containsExactly("HealthChanged", "RoleChanged", "LeaderChanged", "MembershipChanged");
    assertThat(heard).allMatch(event -> event.term() == status.term());
    assertThat(((LeaderChanged) heard.get(2)).host()).isEqualTo(status.leader());
    assertThat(((LeaderChanged) heard.get(2)).leader()).contains(status.replica());
    assertThat(unheard).isEmpty();
  }

  private static void awaitLeader(World world, SimulatedCluster cluster) {
    boolean elected = world
        .time()
        .runUntil(() -> cluster.leader() != null && cluster.view().commitIndex() > 1, 60 * SECONDS);
    assertThat(elected).as("a leader").isTrue();
    // The others hear of it, too.
    CompletableFuture<byte[]> written = cluster.leader().node().propose("x".getBytes(UTF_8));
    world.time().runFor(500 * MILLIS);
    assertThat(written).isCompleted();
  }

  private static NodeStatus statusOf(World world, SimulatedHost host) {
    CompletableFuture<NodeStatus> status = host.life().status();
    assertThat(world.time().runUntil(status::isDone, SECONDS)).isTrue();
    return status.join();
  }

  /** What the listener of one process has heard. */
  private static final class Told {
    final List<RaftEvent> events = new ArrayList<>();
    HealthChanged health;
    RoleChanged role;
    LeaderChanged leader;
    MembershipChanged membership;
  }

  /** Looks at each event when it is told. */
  private static final class Story implements Observer {
    private final String name;
    private final ListenerRules rules = new ListenerRules();
    private final Map<String, Told> told = new TreeMap<>();
    private final Set<ReplicaId> leaders = new TreeSet<>();
    private final Set<String> kinds = new TreeSet<>();

    Story(String name) {
      this.name = name;
    }

    @Override
    public boolean wantsEvents() {
      return true;
    }

    @Override
    public boolean wantsSteps() {
      return false;
    }

    @Override
    public void onEvent(HostId host, int life, RaftEvent event) {
      rules.onEvent(host, life, event);
      Told here = told.computeIfAbsent(host + "/" + life, key -> new Told());
      assertThat(rules.problem()).as("%s, after %s", name, here.events).isNull();
      here.events.add(event);
      kinds.add(event.getClass().getSimpleName());
      if (event instanceof HealthChanged health) {
        here.health = health;
      } else if (event instanceof RoleChanged role) {
        here.role = role;
      } else if (event instanceof LeaderChanged leader) {
        leader.leader().ifPresent(leaders::add);
        here.leader = leader;
      } else if (event instanceof MembershipChanged membership) {
        here.membership = membership;
      }
    }
  }
}
