package io.github.balsaraft.node;

import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** Runs tasks one after the other, in order, on threads that it shares with others. May be given them on any thread. */
final class SerialTasks implements Mailbox.Handler<Runnable> {

  private final Mailbox<Runnable> mailbox;
  private final Consumer<Throwable> onFailure;

  /**
   * @param onFailure hears what a task has thrown
   */
  SerialTasks(Executor executor, Consumer<Throwable> onFailure) {
    this.mailbox = new Mailbox<>(executor, this);
    this.onFailure = onFailure;
  }

  void run(Runnable task) {
    mailbox.offer(task);
  }

  /** See {@link Mailbox#wake}. */
  void wake() {
    mailbox.wake();
  }

  /** Tasks that wait, the running one among them. */
  int waiting() {
    return mailbox.size();
  }

  @Override
  public void handle(Runnable task) {
    try {
      task.run();
    } catch (Throwable e) {
      onFailure.accept(e);
    }
  }

  @Override
  public void endOfBatch() {
    // Each task is complete in itself.
  }
}
