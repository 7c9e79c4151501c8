package io.github.balsaraft.examples.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MeterTest {

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
}
