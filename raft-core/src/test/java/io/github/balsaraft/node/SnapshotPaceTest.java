package io.github.balsaraft.node;

import static io.github.balsaraft.testing.simulation.world.VirtualTime.MILLIS;
import static io.github.balsaraft.testing.simulation.world.VirtualTime.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.api.SnapshotOptions;
import io.github.balsaraft.api.SnapshotView;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.SessionEntry;
import io.github.balsaraft.model.SnapshotManifest;
import io.github.balsaraft.storage.MemoryLogStore;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** How fast a snapshot is written, where pauses take their time. */
class SnapshotPaceTest {

  private static final int MIB = 1 << 20;

  private final SnapshotRig rig = new SnapshotRig(
      RaftOptions.builder()
          .snapshots(SnapshotOptions.builder()
              .maxEntries(1)
              .maxWriteBytesPerSecond(MIB)
              .build())
          .build(),
      MIB);
  private long pausedNanos;
  private final HostEnvironment environment = new ForwardedEnvironment(rig.environment) {
    @Override
    public long nowNanos() {
      return super.nowNanos() + pausedNanos;
    }

    @Override
    public void pause(long nanos) {
      pausedNanos += nanos;
    }
  };
  private final List<String> ends = new ArrayList<>();

  private long pausedFor(int stateBytes, CapturedSessions sessions) {
    ApplyPosition position = new ApplyPosition();
    position.passed(Payloads.single(EntryType.CONFIGURATION, SnapshotRig.MEMBERS.encode())
        .place(new EntryId(3, 1), 0));
    SnapshotTaker taker = new SnapshotTaker(
        new ReplicaContext(
            new HostRuntime(
                new HostId("n1"),
                new MemoryLogStore(),
                new FakeTransport(),
                environment,
                Duration.ZERO),
            rig.context.settings(),
            SnapshotRig.SELF,
            rig.context.log(),
            rig.context.peers(),
            rig.context.metrics(),
            rig.context.events()),
        new EmptySnapshots() {
          @Override
          public SnapshotView capture() {
            return SnapshotView.of(out -> out.write(new byte[stateBytes]));
          }
        },
        () -> sessions,
        rig.archive,
        position,
        () -> true,
        environment.apply()::execute,
        new SnapshotTaker.Ends() {
          @Override
          public void saved(SnapshotManifest manifest, Duration took) {
            ends.add("saved");
          }

          @Override
          public void failed(String problem) {
            ends.add(problem);
          }
        });
    taker.inTerm(3);
    taker.takeIfDue();
    rig.time.runFor(SECONDS);
    assertThat(ends).containsExactly("saved");
    return pausedNanos;
  }

  /** One session with a result. */
  private static CapturedSessions sessions(int resultBytes) {
    SessionTable table = new SessionTable();
    long session = apply(table, 1, SessionEntry.open(60_000), 0);
    long unused = apply(table, 2, SessionEntry.command(session, 1, 1, new byte[1]), resultBytes);
    return table.capture();
  }

  private static long apply(SessionTable table, long index, byte[] entry, int resultBytes) {
    return table
        .apply(
            index,
            1_000,
            SessionEntry.decode(ByteBuffer.wrap(entry)),
            command -> new byte[resultBytes])
        .index();
  }

  @Test
  @DisplayName("the state goes to the disk no faster than the limit")
  void theState() {
    assertThat(pausedFor(3 * MIB, sessions(1)))
        .isBetween(2 * SECONDS - 200 * MILLIS, 3 * SECONDS + 200 * MILLIS);
  }

  @Test
  @DisplayName("so do the sessions, which may be as large")
  void theSessions() {
    assertThat(pausedFor(1, sessions(3 * MIB)))
        .isBetween(2 * SECONDS - 200 * MILLIS, 3 * SECONDS + 200 * MILLIS);
  }
}
