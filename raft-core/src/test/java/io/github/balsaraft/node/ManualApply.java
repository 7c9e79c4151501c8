package io.github.balsaraft.node;

import java.util.List;
import java.util.concurrent.Executor;

/** An environment whose apply tasks run when the test says so. */
final class ManualApply extends ForwardedEnvironment {

  private final List<Runnable> tasks;

  ManualApply(HostEnvironment rest, List<Runnable> tasks) {
    super(rest);
    this.tasks = tasks;
  }

  @Override
  public Executor apply() {
    return tasks::add;
  }

  @Override
  public Executor callers() {
    return apply();
  }
}
