package io.github.balsaraft.examples.bench.load;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.function.LongPredicate;

/** What this process and those that it started use, from the meter's making on. */
public final class Meter {

  private static final double TICKS_PER_SECOND = 100;

  private final LongPredicate ignoredProcess;
  private final AllocationCount allocation = new AllocationCount();
  private final long gcMillis = gcMillis();
  private final LinuxCounters system = LinuxCounters.read();
  private final long cpuNanos;
  private final long startNanos;

  /**
   * Starts to measure.
   *
   * @param ignoredProcess ids of processes that belong to the measuring, not to what is measured
   */
  public Meter(LongPredicate ignoredProcess) {
    this.ignoredProcess = ignoredProcess;
    this.cpuNanos = cpuNanos();
    this.startNanos = System.nanoTime();
  }

  /**
   * What was used in a time.
   *
   * @param cpuSeconds processor time of this process and those that it started, which the system counts in
   *     ticks, mostly of 10 ms
   * @param allocatedBytes by all Java threads of this process
   * @param diskFlushes that the devices completed, for whomever
   * @param diskBytes that the devices wrote, for whomever
   * @param stolenShare the part of all processor time that a hypervisor gave to others
   */
  public record Usage(
      double seconds,
      double cpuSeconds,
      long allocatedBytes,
      long gcMillis,
      long diskFlushes,
      long diskBytes,
      double stolenShare) {}

  /** To be called about once a second. */
  public void tick() {
    allocation.look();
  }

  /** What was used until now. */
  public Usage usage() {
    double seconds = (System.nanoTime() - startNanos) / 1e9;
    allocation.look();
    LinuxCounters now = LinuxCounters.read();
    double stolenSeconds = (now.stolenTicks() - system.stolenTicks()) / TICKS_PER_SECOND;
    return new Usage(
        seconds,
        (cpuNanos() - cpuNanos) / 1e9,
        allocation.bytes(),
        gcMillis() - gcMillis,
        now.diskFlushes() - system.diskFlushes(),
        now.diskBytesWritten() - system.diskBytesWritten(),
        stolenSeconds / seconds / Runtime.getRuntime().availableProcessors());
  }

  private long cpuNanos() {
    OperatingSystemMXBean own =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    Duration children = ProcessHandle.current()
        .descendants()
        .filter(process -> !ignoredProcess.test(process.pid()))
        .map(process -> process.info().totalCpuDuration().orElse(Duration.ZERO))
        .reduce(Duration.ZERO, Duration::plus);
    return own.getProcessCpuTime() + children.toNanos();
  }

  private static long gcMillis() {
    return ManagementFactory.getGarbageCollectorMXBeans().stream()
        .mapToLong(GarbageCollectorMXBean::getCollectionTime)
        .sum();
  }
}
