package io.github.balsaraft;

import io.github.balsaraft.api.Command;
import io.github.balsaraft.testing.EchoMachine;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** Hangs in every command until the test lets it go on. */
final class HangingMachine extends EchoMachine {

  private final CountDownLatch hangs = new CountDownLatch(1);
  private final CountDownLatch go = new CountDownLatch(1);
  private final AtomicInteger applied = new AtomicInteger();

  @Override
  public byte[] apply(Command command) {
    hangs.countDown();
    try {
      go.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody should be interrupted", e);
    }
    applied.incrementAndGet();
    return super.apply(command);
  }

  /** Waits until it hangs. */
  void awaitHanging() throws InterruptedException {
    hangs.await();
  }

  void letGo() {
    go.countDown();
  }

  /** How many commands it has applied. */
  int applied() {
    return applied.get();
  }
}
