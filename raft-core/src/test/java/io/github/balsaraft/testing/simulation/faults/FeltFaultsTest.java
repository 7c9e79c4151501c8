package io.github.balsaraft.testing.simulation.faults;

import static io.github.balsaraft.testing.simulation.world.VirtualTime.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.LeaseRules;
import io.github.balsaraft.testing.simulation.SimulationSettings;
import io.github.balsaraft.testing.simulation.cluster.Operator;
import io.github.balsaraft.testing.simulation.cluster.SimulatedCluster;
import io.github.balsaraft.testing.simulation.load.KvMachine;
import io.github.balsaraft.testing.simulation.world.Mishap;
import io.github.balsaraft.testing.simulation.world.Observers;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import io.github.balsaraft.testing.simulation.world.World;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A fault that changes nothing begins, but has no effect; of some it is clear before they begin. */
class FeltFaultsTest {

  private static final HostId N1 = new HostId("n1");
  private static final HostId N2 = new HostId("n2");
  private static final HostId N3 = new HostId("n3");

  /** Two and two that only look alike. */
  private static final FaultKind[] TWINS = {
    FaultKind.FAILING_SNAPSHOT,
    FaultKind.FAILING_STATE,
    FaultKind.BIT_FLIP,
    FaultKind.HARD_STATE_BIT_FLIP
  };

  private final Observers observers = new Observers();
  private final World world = new World(1, observers);
  private final VirtualTime time = world.time();
  private final SimulatedCluster cluster = new SimulatedCluster(
      world, 3, 0, SimulationSettings.smallLimits(), LeaseRules.FORBIDDEN, KvMachine::new);
  private final Saboteur saboteur =
      new Saboteur(cluster, new Operator(cluster, 1, LeaseRules.FORBIDDEN));

  FeltFaultsTest() {
    observers.add(cluster.view());
    observers.add(saboteur);
    cluster.startFounders();
  }

  private void play(FaultKind kind, int host, int other, long amount) {
    long now = time.nowNanos();
    Fault fault = new Fault(now + SECONDS, kind, 5 * SECONDS, host, other, amount);
    saboteur.play(new Schedule(List.of(fault)));
    time.runFor(2 * SECONDS);
  }

  private void isFelt(FaultKind kind) {
    assertThat(saboteur.begun()).containsEntry(kind, 1);
    assertThat(saboteur.felt()).containsEntry(kind, 1);
  }

  private void isUnfelt(FaultKind kind) {
    assertThat(saboteur.begun()).containsEntry(kind, 1);
    assertThat(saboteur.felt()).doesNotContainKey(kind);
  }

  private void propose() {
    assertThat(time.runUntil(() -> cluster.leader() != null, 30 * SECONDS)).isTrue();
    SimulatedHost.Life leader = cluster.leader();
    CompletableFuture<byte[]> unused = leader.node().propose(new byte[100]);
    time.runFor(SECONDS);
  }

  @Test
  @DisplayName("a host is not cut off from itself, nor from nobody")
  void nothingIsCut() {
    play(FaultKind.ONE_WAY_CUT, 0, 0, 0);
    play(FaultKind.SPLIT, 0, 0, 0);
    play(FaultKind.SPLIT, 0, 0, 0b111);
    assertThat(saboteur.begun()).isEmpty();
    play(FaultKind.ONE_WAY_CUT, 0, 1, 0);
    play(FaultKind.SPLIT, 0, 0, 0b110);
    assertThat(saboteur.begun()).containsOnlyKeys(FaultKind.ONE_WAY_CUT, FaultKind.SPLIT);
  }

  @Test
  @DisplayName("a write is to fail, and nobody writes anything until somebody does")
  void aWriteThatNobodyMakes() {
    time.runFor(10 * SECONDS);
    play(FaultKind.FAILING_WRITE, 0, 0, 3);
    isUnfelt(FaultKind.FAILING_WRITE);
    propose();
    isFelt(FaultKind.FAILING_WRITE);
  }

  @Test
  @DisplayName("a disk is full on which nobody writes")
  void aFullDiskThatNobodyWritesTo() {
    time.runFor(10 * SECONDS);
    play(FaultKind.FULL_DISK, 0, 0, 0);
    time.runFor(10 * SECONDS);
    propose();
    isUnfelt(FaultKind.FULL_DISK);
  }

  @Test
  @DisplayName("a link is known by what is lost on it, in its direction")
  void aCutLink() {
    FeltFaults felt = new FeltFaults(time);
    felt.begun(new Fault(0, FaultKind.ONE_WAY_CUT, SECONDS, 0, 1, 0), List.of(N1, N2));
    felt.onMishap(Mishap.MESSAGE_CUT, N2, N1);
    felt.onMishap(Mishap.MESSAGE_CUT, N1, N3);
    felt.onMishap(Mishap.MESSAGE_LOST, N1, N2);
    assertThat(felt.counts()).isEmpty();
    felt.onMishap(Mishap.MESSAGE_CUT, N1, N2);
    felt.onMishap(Mishap.MESSAGE_CUT, N1, N2);
    assertThat(felt.counts()).containsEntry(FaultKind.ONE_WAY_CUT, 1);
  }

  @Test
  @DisplayName("a part is known by what is lost between it and the others, not within it")
  void aSplit() {
    FeltFaults felt = new FeltFaults(time);
    felt.begun(new Fault(0, FaultKind.SPLIT, SECONDS, 0, 0, 3), List.of(N1, N2));
    felt.onMishap(Mishap.MESSAGE_CUT, N1, N2);
    assertThat(felt.counts()).isEmpty();
    felt.onMishap(Mishap.MESSAGE_CUT, N3, N2);
    assertThat(felt.counts()).containsEntry(FaultKind.SPLIT, 1);
  }

  @Test
  @DisplayName(
      "a leader that is left alone with a follower is known by what is lost between them and the others")
  void anAbandonedLeader() {
    FeltFaults felt = new FeltFaults(time);
    felt.begun(new Fault(0, FaultKind.ABANDONED_LEADER, SECONDS, 0, 0, 0), List.of(N1, N2));
    felt.onMishap(Mishap.MESSAGE_CUT, N2, N1);
    felt.onMishap(Mishap.MESSAGE_CUT, N3, new HostId("n4"));
    assertThat(felt.counts()).isEmpty();
    felt.onMishap(Mishap.MESSAGE_CUT, N2, N3);
    assertThat(felt.counts()).containsEntry(FaultKind.ABANDONED_LEADER, 1);
  }

  @Test
  @DisplayName("what is lost once an ambush is over is lost for another reason")
  void anAmbushThatIsOver() {
    for (FaultKind kind : FaultKind.values()) {
      if (kind.isAmbush()) {
        FeltFaults felt = new FeltFaults(time);
        felt.begun(new Fault(0, kind, 100 * SECONDS, 0, 0, 0), List.of(N1), 5 * SECONDS);
        time.runFor(6 * SECONDS);
        for (Mishap mishap : Mishap.values()) {
          felt.onMishap(mishap, N1, N2);
        }
        assertThat(felt.counts()).isEmpty();
      }
    }
  }

  @Test
  @DisplayName("an ambush says how long it goes on, which is not what the fault says")
  void anAmbushHasItsTime() {
    Operator operator = new Operator(cluster, 1, LeaseRules.FORBIDDEN);
    Overlaps overlaps =
        new Overlaps(world.network(), operator, (nanos, task) -> time.in(nanos, task));
    Ambushes ambushes =
        new Ambushes(cluster, operator, overlaps, (nanos, task) -> time.in(nanos, task));
    long shortest = cluster.options().electionTimeoutMin().toNanos();
    for (FaultKind kind : FaultKind.values()) {
      if (kind.isAmbush()) {
        assertThat(
                time.runUntil(() -> ambushes.begin(new Fault(0, kind, 1, 0, 0, 500)), 60 * SECONDS))
            .isTrue();
        assertThat(ambushes.lastsNanos()).isBetween(3 * shortest, 10 * shortest);
      }
    }
  }

  @Test
  @DisplayName("an ambush names whom it cuts off")
  void ambushesNameHosts() {
    assertThat(time.runUntil(() -> cluster.leader() != null, 30 * SECONDS)).isTrue();
    play(FaultKind.STRAY_CANDIDATE, 0, 0, 0);
    isFelt(FaultKind.STRAY_CANDIDATE);
  }

  @Test
  @DisplayName("bad weather that is only slow is known by that")
  void slowMessages() {
    FeltFaults felt = new FeltFaults(time);
    felt.begun(new Fault(0, FaultKind.BAD_WEATHER, SECONDS, 0, 0, 0), List.of());
    felt.onMishap(Mishap.MESSAGE_SLOW, N1, N2);
    assertThat(felt.counts()).containsEntry(FaultKind.BAD_WEATHER, 1);
  }

  @Test
  @DisplayName("what happens elsewhere, or once it is over, is of another fault")
  void overOrElsewhere() {
    FeltFaults felt = new FeltFaults(time);
    felt.begun(new Fault(0, FaultKind.SLOW_DISK, SECONDS, 0, 0, 3), List.of(N1));
    felt.onMishap(Mishap.WRITE_SLOW, N2, null);
    time.runFor(2 * SECONDS);
    felt.onMishap(Mishap.WRITE_SLOW, N1, null);
    assertThat(felt.counts()).isEmpty();
  }

  @Test
  @DisplayName("one write that fails is that of one fault")
  void oneOfTwo() {
    FeltFaults felt = new FeltFaults(time);
    Fault fault = new Fault(0, FaultKind.FAILING_WRITE, SECONDS, 0, 0, 0);
    felt.begun(fault, List.of(N1));
    felt.begun(fault, List.of(N1));
    felt.onMishap(Mishap.WRITE_TORN, N1, null);
    assertThat(felt.counts()).containsEntry(FaultKind.FAILING_WRITE, 1);
  }

  @Test
  @DisplayName(
      "what an operator asks for has an effect once it is done, and not when it is refused")
  void operatorsRequests() {
    FeltFaults felt = new FeltFaults(time);
    felt.begun(new Fault(0, FaultKind.REPLACE_MEMBER, SECONDS, 0, 0, 0), List.of());
    felt.onMishap(Mishap.ADDITION_DONE, N1, null);
    assertThat(felt.counts()).isEmpty();
    felt.onMishap(Mishap.REPLACEMENT_DONE, N1, null);
    assertThat(felt.counts()).containsOnlyKeys(FaultKind.REPLACE_MEMBER);
  }

  @Test
  @DisplayName("a change of leases that is done has had an effect")
  void leasesAreChanged() {
    assertThat(time.runUntil(() -> cluster.leader() != null, 30 * SECONDS)).isTrue();
    play(FaultKind.CHANGE_LEASES, 0, 0, 0);
    isFelt(FaultKind.CHANGE_LEASES);
    play(FaultKind.TRANSFER, 0, 0, 0);
    isFelt(FaultKind.TRANSFER);
  }

  @Test
  @DisplayName("files of snapshots and of states on disk are told apart, as are entries and votes")
  void twoThatAreAlike() {
    FeltFaults felt = new FeltFaults(time);
    for (FaultKind kind : TWINS) {
      felt.begun(new Fault(0, kind, SECONDS, 0, 0, 0), List.of(N1));
    }
    felt.onMishap(Mishap.STATE_SYNC_FAILED, N1, null);
    felt.onMishap(Mishap.HARD_STATE_DAMAGE_FOUND, N1, null);
    assertThat(felt.counts())
        .containsOnlyKeys(FaultKind.FAILING_STATE, FaultKind.HARD_STATE_BIT_FLIP);
    felt.onMishap(Mishap.FILE_WRITE_FAILED, N1, null);
    felt.onMishap(Mishap.DAMAGE_FOUND, N1, null);
    assertThat(felt.counts()).containsOnlyKeys(TWINS);
  }

  @Test
  @DisplayName("what a crash has called off, and what went with a disk, is not felt later")
  void goneWithProcessOrDisk() {
    FeltFaults felt = new FeltFaults(time);
    Runnable begin = () -> {
      for (FaultKind kind : TWINS) {
        felt.begun(new Fault(0, kind, SECONDS, 0, 0, 0), List.of(N1));
      }
    };
    begin.run();
    felt.onProcessKilled(N2);
    felt.onProcessKilled(N1);
    felt.onMishap(Mishap.FILE_WRITE_FAILED, N1, null);
    felt.onMishap(Mishap.STATE_WRITE_FAILED, N1, null);
    assertThat(felt.counts()).isEmpty();
    felt.onMishap(Mishap.DAMAGE_FOUND, N1, null);
    felt.onMishap(Mishap.HARD_STATE_DAMAGE_FOUND, N1, null);
    assertThat(felt.counts()).containsOnlyKeys(FaultKind.BIT_FLIP, FaultKind.HARD_STATE_BIT_FLIP);
    begin.run();
    felt.onDiskWiped(N1);
    felt.onMishap(Mishap.DAMAGE_FOUND, N1, null);
    felt.onMishap(Mishap.HARD_STATE_DAMAGE_FOUND, N1, null);
    assertThat(felt.counts())
        .hasSize(2)
        .allSatisfy((kind, count) -> assertThat(count).isOne());
  }

  @Test
  @DisplayName("a log store may fail without a write, and its host stops for that")
  void aFailureInTheBackground() {
    time.runFor(10 * SECONDS);
    play(FaultKind.FAILING_WRITE, 0, 0, 0);
    isFelt(FaultKind.FAILING_WRITE);
    assertThat(cluster.world().host(N1).isUp()).isFalse();
    time.runFor(10 * SECONDS);
    assertThat(cluster.world().host(N1).isUp()).isTrue();
  }

  @Test
  @DisplayName("of what can't but have an effect the beginning counts")
  void atOnce() {
    FeltFaults felt = new FeltFaults(time);
    felt.begun(new Fault(0, FaultKind.CRASH, SECONDS, 0, 0, 0), List.of(N1));
    assertThat(felt.counts()).containsEntry(FaultKind.CRASH, 1);
  }
}
