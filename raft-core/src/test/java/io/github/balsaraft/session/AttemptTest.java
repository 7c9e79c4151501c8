package io.github.balsaraft.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.OverloadedException;
import io.github.balsaraft.api.RaftException;
import io.github.balsaraft.api.SessionOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

/** How one attempt of a session may fail before there is anything that could be answered. */
class AttemptTest implements SessionChannel {

  private final List<Throwable> failures = new ArrayList<>();
  private final RetryingSession session = new RetryingSession(this, SessionOptions.defaults());
  private int proposed;

  @Test
  void whatCouldNotBeMadeWasCertainlyNotSent() {
    session.attempt(
        () -> {
          throw new OutOfMemoryError("none left");
        },
        (answer, failure) -> failures.add(failure));
    assertThat(failures).singleElement().isInstanceOf(OverloadedException.class);
    assertThat(proposed).isZero();
  }

  @Test
  void ofWhatCouldNotBeProposedNothingIsCertain() {
    session.attempt(() -> new byte[1], (answer, failure) -> failures.add(failure));
    assertThat(failures).singleElement().isInstanceOf(OutOfMemoryError.class);
    assertThat(proposed).isEqualTo(1);
  }

  @Override
  public CompletableFuture<byte[]> propose(byte[] entry) {
    proposed++;
    throw new OutOfMemoryError("none left");
  }

  @Override
  public boolean isFinal(RaftException failure) {
    return false;
  }

  @Override
  public long nowNanos() {
    return 0;
  }

  @Override
  public long nextRandom() {
    return 0;
  }

  @Override
  public Runnable schedule(long atNanos, Runnable task) {
    return () -> {};
  }

  @Override
  public Executor executor() {
    return Runnable::run;
  }

  @Override
  public void closed(RetryingSession closed) {}
}
