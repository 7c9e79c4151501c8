package io.github.balsaraft.linearizability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.testing.HistoryRecorder;
import io.github.balsaraft.testing.KvInput;
import io.github.balsaraft.testing.KvModel;
import io.github.balsaraft.testing.KvOutput;
import io.github.balsaraft.testing.LinearizabilityChecker;
import io.github.balsaraft.testing.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What a recorder makes of what clients tell it. */
class HistoryRecorderTest {

  private static final KvInput SET = new KvInput.Set("x", "1");
  private static final KvInput GET = new KvInput.Get("x");

  private final AtomicLong clock = new AtomicLong(1_000);
  private final HistoryRecorder<KvInput, KvOutput> recorder = new HistoryRecorder<>(clock::get);

  private void at(long time) {
    clock.set(1_000 + time);
  }

  @Test
  void timesCountFromItsCreation() {
    at(5);
    HistoryRecorder<KvInput, KvOutput>.Call set = recorder.invoke(1, SET);
    at(7);
    HistoryRecorder<KvInput, KvOutput>.Call get = recorder.invoke(2, GET);
    at(9);
    get.completed(KvOutput.nil());
    at(12);
    set.completed(KvOutput.ok());
    assertThat(recorder.history())
        .containsExactly(
            Operation.completed(1, SET, KvOutput.ok(), 5, 12),
            Operation.completed(2, GET, KvOutput.nil(), 7, 9));
  }

  @Test
  void whatHasNotEndedIsUnknown() {
    at(1);
    recorder.invoke(1, SET);
    at(2);
    recorder.invoke(2, GET).unknown();
    assertThat(recorder.history())
        .containsExactly(Operation.unknown(1, SET, 1), Operation.unknown(2, GET, 2));
    assertThat(recorder.unknownCount()).isEqualTo(2);
  }

  @Test
  void whatFailedIsLeftOutAndCounted() {
    recorder.invoke(1, SET).failed();
    recorder.invoke(1, SET).completed(KvOutput.ok());
    assertThat(recorder.history()).hasSize(1);
    assertThat(recorder.failedCount()).isEqualTo(1);
    assertThat(recorder.completedCount()).isEqualTo(1);
    assertThat(recorder.unknownCount()).isZero();
  }

  @Test
  void anOperationEndsOnce() {
    HistoryRecorder<KvInput, KvOutput>.Call set = recorder.invoke(1, SET);
    set.unknown();
    assertThatThrownBy(() -> set.completed(KvOutput.ok()))
        .isInstanceOf(IllegalStateException.class);
  }

  /** Threads on a counter that is linearizable because it is locked. */
  @Test
  void recordsManyThreads() throws Exception {
    HistoryRecorder<KvInput, KvOutput> real = new HistoryRecorder<>();
    AtomicLong counter = new AtomicLong();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Callable<Void>> clients = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        int process = i;
        clients.add(() -> {
          for (int n = 0; n < 250; n++) {
            HistoryRecorder<KvInput, KvOutput>.Call call =
                real.invoke(process, new KvInput.Increment("x", 1));
            call.completed(KvOutput.number(counter.incrementAndGet()));
          }
          return null;
        });
      }
      for (Future<Void> client : threads.invokeAll(clients)) {
        client.get();
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(real.history()).hasSize(1_000);
    new LinearizabilityChecker<>(new KvModel()).check(real.history()).assertLinearizable();
  }
}
