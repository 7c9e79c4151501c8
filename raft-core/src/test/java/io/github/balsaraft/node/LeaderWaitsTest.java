package io.github.balsaraft.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class LeaderWaitsTest {

  private final LeaderWaits waits = new LeaderWaits(1000);

  @Test
  void whoGaveUpIsForgotten() {
    CompletableFuture<Void> patient = new CompletableFuture<>();
    assertThat(waits.add(patient)).isNull();
    for (int i = 0; i < 100_000; i++) {
      CompletableFuture<Void> wait = new CompletableFuture<>();
      assertThat(waits.add(wait)).isNull();
      wait.cancel(false);
    }
    assertThat(waits.size()).isLessThanOrEqualTo(64);
    assertThat(waits.take()).contains(patient);
    assertThat(waits.isEmpty()).isTrue();
  }

  @Test
  void thoseWhoWaitAreBounded() {
    CompletableFuture<Void> first = new CompletableFuture<>();
    assertThat(waits.add(first)).isNull();
    for (int i = 1; i < 1000; i++) {
      assertThat(waits.add(new CompletableFuture<>())).isNull();
    }
    assertThat(waits.add(new CompletableFuture<>()))
        .hasMessageContaining("1000 callers")
        .satisfies(refusal -> assertThat(refusal.isRetryable()).isTrue());
    first.cancel(false);
    // Found once the number has doubled, or the bound is reached, as it is here.
    assertThat(waits.add(new CompletableFuture<>())).isNull();
    assertThat(waits.size()).isEqualTo(1000);
  }
}
