package io.github.balsaraft.storage.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Files that nobody removes any more fill the disk: whatever a look throws, there is another one. */
class BackgroundWatchTest {

  private final AtomicInteger looks = new AtomicInteger();
  private final CountDownLatch enough = new CountDownLatch(3);
  private final List<Throwable> reported = new CopyOnWriteArrayList<>();

  /** Throws the first times. */
  private BooleanSupplier throwing(int times) {
    return () -> {
      if (looks.incrementAndGet() <= times) {
        throw new OutOfMemoryError("as if");
      }
      enough.countDown();
      return true;
    };
  }

  private void assertGoesOn(BooleanSupplier task, Consumer<Throwable> onFailure)
      throws InterruptedException {
    try (BackgroundWatch watch = new BackgroundWatch(1, task, onFailure)) {
      watch.lookNow();
      assertThat(enough.await(30, TimeUnit.SECONDS)).as("it looks again").isTrue();
    }
  }

  @Test
  void anErrorIsReportedAndTheNextLookComes() throws InterruptedException {
    assertGoesOn(throwing(1), reported::add);
    assertThat(reported).singleElement().isInstanceOf(OutOfMemoryError.class);
  }

  @Test
  void soItIsIfNobodyCanBeTold() throws InterruptedException {
    assertGoesOn(throwing(1), thrown -> {
      throw new OutOfMemoryError("as if");
    });
  }

  @Test
  void ofManyInARowFewAreReported() throws InterruptedException {
    assertGoesOn(throwing(BackgroundWatch.REPORTED_OF_FAILED + 1), reported::add);
    assertThat(reported).hasSize(2);
  }

  @Test
  void onceItIsToldNotToGoOnItDoesNot() throws InterruptedException {
    try (BackgroundWatch watch = new BackgroundWatch(
        1,
        () -> {
          looks.incrementAndGet();
          enough.countDown();
          return enough.getCount() > 0;
        },
        reported::add)) {
      assertThat(enough.await(30, TimeUnit.SECONDS)).isTrue();
      watch.lookNow();
    }
    assertThat(looks).hasValue(3);
  }
}
