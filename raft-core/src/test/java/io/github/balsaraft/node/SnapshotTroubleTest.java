package io.github.balsaraft.node;

import static io.github.balsaraft.testing.simulation.world.VirtualTime.MILLIS;
import static io.github.balsaraft.testing.simulation.world.VirtualTime.SECONDS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.Command;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.api.SnapshotOptions;
import io.github.balsaraft.api.SnapshotReader;
import io.github.balsaraft.api.SnapshotStatus;
import io.github.balsaraft.api.SnapshotView;
import io.github.balsaraft.api.SnapshotWriter;
import io.github.balsaraft.api.SnapshottingStateMachine;
import io.github.balsaraft.testing.simulation.world.SimulatedHost;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** State machines that can't be written down: that is told, tried again after pauses that grow, and nothing else suffers. */
class SnapshotTroubleTest {

  /** A snapshot is due with each entry, and the log is cut behind it. */
  private static final RaftOptions OPTIONS = RaftOptions.builder()
      .snapshots(SnapshotOptions.builder()
          .minLogBytes(1)
          .maxEntries(1)
          .logRatio(0)
          .retained(0, 0)
          .build())
      .build();

  private final Counter machine = new Counter();
  private final TestCluster cluster = new TestCluster(1, 1, 0, OPTIONS, () -> machine);
  private SimulatedHost.Life process;

  @BeforeEach
  void start() {
    cluster.startAll();
    process = cluster.awaitLeader();
    // That of the group's first entries.
    awaitSnapshot();
    machine.triedNanos.clear();
    machine.closed = 0;
  }

  /** Counts commands. It fails where, and as often as, a test says. */
  private final class Counter implements SnapshottingStateMachine {
    private long count;
    private int failingCaptures;
    private int failingWrites;
    private int failingCloses;
    private int closed;
    private final List<Long> triedNanos = new ArrayList<>();

    @Override
    public byte[] apply(Command command) {
      count++;
      return new byte[0];
    }

    @Override
    public byte[] query(byte[] query) {
      return new byte[0];
    }

    @Override
    public SnapshotView capture() {
      triedNanos.add(cluster.time.nowNanos());
      if (failingCaptures > 0) {
        failingCaptures--;
        throw new IllegalStateException("no memory for a copy");
      }
      String captured = Long.toString(count);
      return new SnapshotView() {
        @Override
        public void writeTo(SnapshotWriter snapshot) throws IOException {
          snapshot.state().write(captured.getBytes(UTF_8));
          if (failingWrites > 0) {
            failingWrites--;
            throw new IOException("can't write down a value");
          }
        }

        @Override
        public void close() {
          closed++;
          if (failingCloses > 0) {
            failingCloses--;
            throw new IllegalStateException("can't let go");
          }
        }
      };
    }

    @Override
    public void restore(SnapshotReader snapshot) throws IOException {
      count = Long.parseLong(new String(snapshot.state().readAllBytes(), UTF_8));
    }
  }

  private void propose() {
    long before = machine.count;
    CompletableFuture<byte[]> applied = process.node().propose("x".getBytes(UTF_8));
    assertThat(cluster.runUntil(applied::isDone, 10 * SECONDS)).isTrue();
    assertThat(applied).isCompleted();
    assertThat(machine.count).isGreaterThan(before);
  }

  private SnapshotStatus snapshots() {
    return cluster.status(process).snapshots();
  }

  private void awaitSnapshot() {
    long covered = cluster.status(process).commitIndex();
    assertThat(cluster.runUntil(
            () -> snapshots().last().map(SnapshotStatus.Last::index).orElse(0L) >= covered,
            3600 * SECONDS))
        .isTrue();
  }

  private List<Long> pausesMillis() {
    List<Long> pauses = new ArrayList<>();
    for (int i = 1; i < machine.triedNanos.size(); i++) {
      pauses.add((machine.triedNanos.get(i) - machine.triedNanos.get(i - 1)) / MILLIS);
    }
    return pauses;
  }

  @Test
  @DisplayName(
      "a state that can't be captured is told of and tried again, later each time; commands are applied meanwhile")
  void captureThatThrows() {
    machine.failingCaptures = 4;
    long firstIndex = snapshots().firstIndex();
    propose();
    assertThat(snapshots().problem())
        .contains("could not capture")
        .contains("no memory for a copy");
    assertThat(snapshots().firstIndex()).as("the log is kept").isEqualTo(firstIndex);
    propose();
    awaitSnapshot();
    assertThat(snapshots().problem()).isEmpty();
    assertThat(snapshots().firstIndex()).isGreaterThan(firstIndex);
    List<Long> pauses = pausesMillis();
    assertThat(pauses).hasSizeGreaterThanOrEqualTo(4);
    for (int i = 0; i < 4; i++) {
      assertThat(pauses.get(i)).isBetween(1000L << i, (1000L << i) + 500);
    }
  }

  @Test
  @DisplayName(
      "one that can't be written out is no snapshot; its view is closed all the same, once")
  void writeThatThrows() {
    machine.failingWrites = 2;
    propose();
    assertThat(cluster.runUntil(() -> machine.closed == 1, 10 * SECONDS)).isTrue();
    cluster.time.runFor(100 * MILLIS);
    assertThat(snapshots().problem())
        .contains("could not be written")
        .contains("write down a value");
    assertThat(snapshots().last().orElseThrow().index())
        .isLessThan(cluster.status(process).commitIndex());
    awaitSnapshot();
    assertThat(machine.closed).isEqualTo(machine.triedNanos.size());
  }

  @Test
  @DisplayName("a view that throws when it is let go of has been written all the same")
  void closeThatThrows() {
    machine.failingCloses = 1;
    propose();
    awaitSnapshot();
    assertThat(machine.triedNanos).hasSize(1);
    assertThat(snapshots().problem()).isEmpty();
  }
}
