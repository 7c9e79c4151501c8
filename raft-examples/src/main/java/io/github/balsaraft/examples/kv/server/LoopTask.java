package io.github.balsaraft.examples.kv.server;

import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.atomic.AtomicBoolean;

/** Hands something to the thread of a connection, from any thread. */
final class LoopTask {

  private LoopTask() {}

  /**
   * Runs it there, here and now if this is that thread.
   *
   * @return false if it doesn't run, now or ever: the loop has ended, or memory has run out
   */
  static boolean hand(EventExecutor loop, Runnable task) {
    if (loop.inEventLoop()) {
      task.run();
      return true;
    }
    AtomicBoolean taken = new AtomicBoolean();
    try {
      loop.execute(() -> {
        if (taken.compareAndSet(false, true)) {
          task.run();
        }
      });
      return true;
    } catch (RuntimeException | Error e) {
      // A loop may have kept what it says that it couldn't take.
      return !taken.compareAndSet(false, true);
    }
  }
}
