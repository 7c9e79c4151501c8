package io.github.balsaraft.node;

import io.github.balsaraft.api.TransferFailedException;
import io.github.balsaraft.model.HostId;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** A leader that is about to close tries to hand over to somebody, more than once if it has to. */
final class Handover {

  /** Before it asks again: less than a heartbeat. */
  private static final long PAUSE_NANOS = 20_000_000L;

  /** Of those that were refused or not heard of in time; each takes an election timeout at most. */
  private static final int MAX_ATTEMPTS = 3;

  private final HostId self;
  private final HostEnvironment environment;
  private final Supplier<CompletableFuture<HostId>> transfer;
  private final BooleanSupplier isClosing;
  private final CompletableFuture<Void> done = new CompletableFuture<>();

  /**
   * @param transfer asks for a transfer to whom the leader likes
   * @param isClosing whether it is too late
   */
  Handover(
      HostId self,
      HostEnvironment environment,
      Supplier<CompletableFuture<HostId>> transfer,
      BooleanSupplier isClosing) {
    this.self = self;
    this.environment = environment;
    this.transfer = transfer;
    this.isClosing = isClosing;
  }

  /** Completes when somebody else leads, or it is known that nobody will; never exceptionally. */
  CompletableFuture<Void> begin() {
    attempt(1);
    return done;
  }

  private void attempt(int number) {
    CompletableFuture<HostId> unused = transfer.get().whenComplete((leader, failure) -> {
      // A leader that was elected a moment ago may not have heard of the others yet. And who was
      // chosen may have died a moment ago: another one may do.
      if (!isClosing.getAsBoolean()
          && failure instanceof TransferFailedException failed
          && (failed.isRetryable() || number < MAX_ATTEMPTS)
          && failed.leader().filter(self::equals).isPresent()) {
        // What may be done in a moment has not been tried yet.
        int next = failed.isRetryable() ? number : number + 1;
        Runnable unusedCancellation =
            environment.schedule(environment.nowNanos() + PAUSE_NANOS, () -> attempt(next));
      } else {
        // Why it failed was logged where it was tried; a follower has nothing to hand over.
        done.complete(null);
      }
    });
  }
}
