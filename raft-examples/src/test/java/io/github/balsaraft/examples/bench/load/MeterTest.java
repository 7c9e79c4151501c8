package io.github.balsaraft.examples.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class MeterTest {

  /** The system counts a process's time in ticks of 10 ms: what takes less than one may count as nothing. */
  private static final Duration SEVERAL_TICKS = Duration.ofMillis(50);

  @Test
  void countsWhatThisThreadAllocatesAndComputes() {
    Meter meter = new Meter(pid -> false);
    int megabytes = 64;
    long sum = 0;
    for (int i = 0; i < megabytes; i++) {
      byte[] block = new byte[1 << 20];
      block[i] = (byte) i;
      sum += block[i];
      meter.tick();
    }
    computeFor(SEVERAL_TICKS);
    Meter.Usage usage = meter.usage();
    assertThat(sum).isEqualTo((long) megabytes * (megabytes - 1) / 2);
    assertThat(usage.allocatedBytes()).isGreaterThanOrEqualTo((long) megabytes << 20);
    assertThat(usage.cpuSeconds()).isPositive();
    assertThat(usage.seconds()).isPositive();
    assertThat(usage.diskFlushes()).isNotNegative();
  }

  @Test
  void pausesCountFromTheMomentThatIsAskedFor() {
    PauseWatch.PauseLog log = new PauseWatch.PauseLog();
    log.add(1_000, 40_000_000);
    log.add(2_000, 90_000_000);
    log.add(3_000, 60_000_000);
    assertThat(log.countSince(1_500)).isEqualTo(2);
    assertThat(log.totalMillisSince(1_500)).isEqualTo(150.0);
    assertThat(log.longestMillisSince(1_500)).isEqualTo(90.0);
    assertThat(log.longestMillisSince(2_500)).isEqualTo(60.0);
    assertThat(log.longestMillisSince(3_001)).isZero();
  }

  /** By the thread's own clock, which has no ticks and stands still while the thread doesn't run. */
  private static void computeFor(Duration processorTime) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long endNanos = threads.getCurrentThreadCpuTime() + processorTime.toNanos();
    while (threads.getCurrentThreadCpuTime() < endNanos) {
      Thread.onSpinWait();
    }
  }
}
