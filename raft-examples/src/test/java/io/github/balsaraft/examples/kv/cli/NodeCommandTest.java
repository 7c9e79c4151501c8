package io.github.balsaraft.examples.kv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.OverloadedException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class NodeCommandTest {

  private static final int SECONDS = 30;

  /** The folder is this process's for as long as the server runs, and that is for as long as the main thread looks. */
  @Test
  void looksThatFailDoNotEndTheWatch() throws InterruptedException {
    CountDownLatch looks = new CountDownLatch(3);
    CountDownLatch stopped = new CountDownLatch(1);
    CompletableFuture<Void> watch = CompletableFuture.runAsync(() -> NodeCommand.watch(
        () -> {
          looks.countDown();
          throw new OverloadedException("very many questions");
        },
        stopped));

    assertThat(looks.await(SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(watch).isNotDone();
    stopped.countDown();
    assertThat(watch).succeedsWithin(SECONDS, TimeUnit.SECONDS);
  }
}
