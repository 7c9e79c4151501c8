package io.github.balsaraft.node;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** Another environment, but for what a test does in a way of its own. */
abstract class ForwardedEnvironment implements HostEnvironment {

  private final HostEnvironment rest;

  ForwardedEnvironment(HostEnvironment rest) {
    this.rest = rest;
  }

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
    return rest.apply();
  }

  @Override
  public Executor callers() {
    return rest.callers();
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
