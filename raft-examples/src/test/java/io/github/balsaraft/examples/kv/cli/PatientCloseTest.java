package io.github.balsaraft.examples.kv.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PatientCloseTest {

  /** As a state does while a snapshot is restored from a disk that hangs. */
  @Test
  void whatHangsIsGivenUpAndClosedLater() {
    CompletableFuture<Void> disk = new CompletableFuture<>();
    CompletableFuture<Void> closed = new CompletableFuture<>();
    AutoCloseable state = () -> {
      disk.join();
      closed.complete(null);
    };
    assertThatThrownBy(() -> new PatientClose("the state", state, Duration.ofMillis(50)).close())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("the state was still in use");
    assertThat(closed).isNotDone();
    disk.complete(null);
    assertThat(closed).succeedsWithin(30, TimeUnit.SECONDS);
  }

  @Test
  void whatDoesNotHangIsClosedWhenItReturns() {
    AtomicInteger closed = new AtomicInteger();
    new PatientClose("the state", closed::incrementAndGet, Duration.ofMinutes(5)).close();
    assertThat(closed).hasValue(1);
  }

  @Test
  void whatClosingThrowsIsThrown() {
    AutoCloseable broken = () -> {
      throw new IOException("broken");
    };
    assertThatThrownBy(() -> new PatientClose("the state", broken, Duration.ofMinutes(5)).close())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("the state could not be closed")
        .hasRootCauseMessage("broken");
  }
}
