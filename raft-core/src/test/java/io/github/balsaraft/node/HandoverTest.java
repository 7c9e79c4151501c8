package io.github.balsaraft.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.TransferFailedException;
import io.github.balsaraft.api.TransferFailedException.Failure;
import io.github.balsaraft.model.HostId;
import io.github.balsaraft.testing.simulation.world.SimulatedEnvironment;
import io.github.balsaraft.testing.simulation.world.VirtualTime;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** How often a leader that is about to close tries to hand over. */
class HandoverTest {

  private static final HostId SELF = new HostId("n1");

  private final VirtualTime time = new VirtualTime();
  private final Deque<Failure> failures = new ArrayDeque<>();
  private int asked;

  private CompletableFuture<HostId> transfer() {
    asked++;
    Failure failure = failures.poll();
    return failure == null
        ? CompletableFuture.completedFuture(new HostId("n2"))
        : CompletableFuture.failedFuture(
            new TransferFailedException(SELF, null, failure, "as the test has it"));
  }

  private CompletableFuture<Void> handOver(List<Failure> before) {
    failures.addAll(before);
    CompletableFuture<Void> done =
        new Handover(SELF, SimulatedEnvironment.alone(time), this::transfer, () -> false).begin();
    time.runFor(VirtualTime.SECONDS);
    return done;
  }

  @Test
  @DisplayName("three times at most, if somebody was tried and didn't take over")
  void givesUp() {
    assertThat(handOver(Collections.nCopies(5, Failure.REFUSED))).isCompleted();
    assertThat(asked).isEqualTo(3);
  }

  @Test
  @DisplayName("what may be done in a moment is none of these attempts")
  void waitingIsNoAttempt() {
    failures.addAll(Collections.nCopies(5, Failure.NOT_DONE));
    assertThat(handOver(List.of(Failure.REFUSED, Failure.REFUSED))).isCompleted();
    assertThat(asked).isEqualTo(8);
  }
}
