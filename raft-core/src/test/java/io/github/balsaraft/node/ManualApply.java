package io.github.balsaraft.node;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** An environment whose apply tasks run when the test says so. */
record ManualApply(HostEnvironment rest, List<Runnable> tasks) implements HostEnvironment {

  @Override
  public long nowNanos() {
    return rest.nowNanos();
  }

  @Override
  public long wallMillis() {
    return rest.wallMillis();
  }

  @Override
  public long nextRandom() {
    return rest.nextRandom();
  }

  @Override
  public Executor mailboxes() {
    return rest.mailboxes();
  }

  @Override
  public Executor writer() {
    return rest.writer();
  }

  @Override
  public Executor apply() {
    return tasks::add;
  }

  @Override
  public Runnable schedule(long atNanos, Runnable task) {
    return rest.schedule(atNanos, task);
  }

  @Override
  public void runApart(String name, Runnable task) {
    rest.runApart(name, task);
  }

  @Override
  public boolean isOwnThread() {
    return rest.isOwnThread();
  }

  @Override
  public boolean isMailboxThread() {
    return rest.isMailboxThread();
  }

  @Override
  public CompletableFuture<Void> shutdown() {
    return rest.shutdown();
  }
}
