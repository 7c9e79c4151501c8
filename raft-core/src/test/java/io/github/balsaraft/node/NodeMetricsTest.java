package io.github.balsaraft.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.github.balsaraft.api.CommandTooLargeException;
import io.github.balsaraft.api.NodeFailedException;
import io.github.balsaraft.api.NotAppendedException;
import io.github.balsaraft.api.NotLeaderException;
import io.github.balsaraft.api.OverloadedException;
import io.github.balsaraft.api.RaftMetric;
import io.github.balsaraft.api.RaftMetrics;
import io.github.balsaraft.api.ShuttingDownException;
import java.lang.management.ManagementFactory;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NodeMetricsTest {

  private final NodeMetrics metrics = new NodeMetrics(new Histogram());

  @Test
  void aLookHasAllMetricsWithTheirValues() {
    metrics.add(RaftMetric.LOG_WRITES, 2);
    metrics.add(RaftMetric.LOG_WRITES, 3);
    metrics.note(RaftMetric.TERM, 9);
    metrics.note(RaftMetric.TERM, 7);
    metrics.gauge(RaftMetric.APPLY_QUEUE_BYTES, () -> 11);
    metrics.record(RaftMetric.CATCH_UP_NANOS, 100, 3);

    RaftMetrics look = metrics.look(42);

    assertThat(look.atNanos()).isEqualTo(42);
    assertThat(look.value(RaftMetric.LOG_WRITES)).isEqualTo(5);
    assertThat(look.value(RaftMetric.TERM)).isEqualTo(7);
    assertThat(look.value(RaftMetric.APPLY_QUEUE_BYTES)).isEqualTo(11);
    assertThat(look.value(RaftMetric.EVENTS_DROPPED)).isZero();
    assertThat(look.distribution(RaftMetric.CATCH_UP_NANOS).count()).isEqualTo(3);
    assertThat(look.distribution(RaftMetric.CATCH_UP_NANOS).sum()).isEqualTo(300);
    metrics.add(RaftMetric.LOG_WRITES, 1);
    assertThat(look.value(RaftMetric.LOG_WRITES)).as("a look stays as it is").isEqualTo(5);
  }

  @Test
  void whatIsOfAnotherKindIsRefused() {
    assertThatThrownBy(() -> metrics.add(RaftMetric.TERM, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> metrics.note(RaftMetric.LOG_WRITES, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> metrics.record(RaftMetric.TERM, 1, 1))
        .isInstanceOf(IllegalArgumentException.class);
    RaftMetrics look = metrics.look(0);
    assertThatThrownBy(() -> look.value(RaftMetric.SYNC_NANOS))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> look.distribution(RaftMetric.TERM))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new RaftMetrics(0, Map.of(), Map.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusalsAreCountedByTheirReason() {
    check(new NotLeaderException(null, "no"), RaftMetric.PROPOSALS_REFUSED_NOT_LEADER);
    check(new OverloadedException("no"), RaftMetric.PROPOSALS_REFUSED_OVERLOADED);
    check(new CommandTooLargeException(9, 8), RaftMetric.PROPOSALS_REFUSED_TOO_LARGE);
    check(new ShuttingDownException(), RaftMetric.PROPOSALS_REFUSED_STOPPED);
    check(new NodeFailedException("no"), RaftMetric.PROPOSALS_REFUSED_STOPPED);
  }

  private void check(NotAppendedException reason, RaftMetric counter) {
    long before = metrics.look(0).value(counter);
    metrics.refused(reason, 3);
    assertThat(metrics.look(0).value(counter)).isEqualTo(before + 3);
  }

  /** It happens for each proposal. */
  @Test
  void countingAndMeasuringAllocatesNothing() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    // Classes are loaded and cells are made the first time.
    countAndMeasure(20_000);
    long before = threads.getCurrentThreadAllocatedBytes();
    countAndMeasure(100_000);
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertThat(allocated).as("bytes for 100,000 times").isLessThan(10_000);
  }

  private void countAndMeasure(int times) {
    for (int i = 0; i < times; i++) {
      metrics.add(RaftMetric.PROPOSALS_APPENDED, 1);
      metrics.note(RaftMetric.COMMIT_INDEX, i);
      metrics.record(RaftMetric.PROPOSE_TO_COMMIT_NANOS, i * 1000L, 2);
    }
  }
}
