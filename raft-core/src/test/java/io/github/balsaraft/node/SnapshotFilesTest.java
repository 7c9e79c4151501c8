package io.github.balsaraft.node;

import static io.github.balsaraft.testing.simulation.world.VirtualTime.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.storage.SnapshotStore;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class SnapshotFilesTest {

  private final SnapshotRig rig = new SnapshotRig(RaftOptions.defaults());
  private final RateLimit limit = new RateLimit(1);
  private final AtomicBoolean givenUp = new AtomicBoolean();

  /** Some applications write byte by byte. */
  @Test
  void singleBytesAreWrittenNoFasterThanTheLimitAndOnlyUntilItIsGivenUp() throws IOException {
    try (SnapshotStore.Draft draft =
        rig.store.create(SnapshotRig.GROUP, SnapshotRig.header(20), 7)) {
      OutputStream out =
          SnapshotFiles.writer(draft, limit, rig.environment, givenUp::get).file("state");
      out.write(7);
      assertThat(limit.takeNanos(0, rig.environment.nowNanos()))
          .as("it was counted")
          .isPositive();
      givenUp.set(true);
      assertThatThrownBy(() -> out.write(8))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("given up");
      out.close();
    }
  }

  /** The host waits for that when it closes. */
  @Test
  void whatIsGivenUpDuringAPauseIsNotWaitedFor() throws IOException {
    try (SnapshotStore.Draft draft =
        rig.store.create(SnapshotRig.GROUP, SnapshotRig.header(20), 7)) {
      long[] pausedNanos = {0};
      HostEnvironment environment = new ForwardedEnvironment(rig.environment) {
        @Override
        public void pause(long nanos) {
          pausedNanos[0] += nanos;
          givenUp.set(pausedNanos[0] >= SECONDS);
        }
      };
      OutputStream out =
          SnapshotFiles.writer(draft, limit, environment, givenUp::get).file("state");
      out.write(new byte[1000]);
      assertThatThrownBy(() -> out.write(new byte[1000]))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("given up");
      assertThat(pausedNanos[0]).as("it would be 1,000 s").isLessThan(2 * SECONDS);
      out.close();
    }
  }
}
