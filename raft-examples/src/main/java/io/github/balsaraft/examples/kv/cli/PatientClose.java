package io.github.balsaraft.examples.kv.cli;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Closes something that may hang, as a disk can, and waits for no longer than so long. It is closed then once it can be, on a thread that
 * keeps no process alive.
 */
final class PatientClose implements AutoCloseable {

  private final String what;
  private final AutoCloseable resource;
  private final Duration patience;

  /**
   * @param what for people
   */
  PatientClose(String what, AutoCloseable resource, Duration patience) {
    this.what = what;
    this.resource = resource;
    this.patience = patience;
  }

  /**
   * Closes it.
   *
   * @throws IllegalStateException with what the resource has thrown; or one that says that it is not closed yet
   */
  @Override
  public void close() {
    CompletableFuture<Void> closed = new CompletableFuture<>();
    Thread closer = new Thread(
        () -> {
          try {
            resource.close();
            closed.complete(null);
          } catch (Throwable e) {
            closed.completeExceptionally(e);
          }
        },
        "kv-close");
    closer.setDaemon(true);
    closer.start();
    try {
      closed.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new IllegalStateException(
          what + " was still in use after " + patience.toSeconds() + " s: going on without", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(what + " could not be closed: " + e.getCause(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("the wait for the end of " + what + " was interrupted", e);
    }
  }
}
