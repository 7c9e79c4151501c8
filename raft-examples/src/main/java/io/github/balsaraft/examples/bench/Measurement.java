package io.github.balsaraft.examples.bench;

import io.github.balsaraft.examples.bench.load.ClosedLoop;
import io.github.balsaraft.examples.bench.load.Latencies;
import io.github.balsaraft.examples.bench.load.Meter;
import io.github.balsaraft.examples.bench.load.PauseWatch;
import io.github.balsaraft.examples.bench.report.JsonLine;
import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** A closed loop with a meter around its measured time, and the fields that come of it. */
final class Measurement {

  private final Options options;
  private final ClosedLoop loop;
  private final PauseWatch pauses;
  private final PrintStream progress;
  private final Runnable everySecond;
  private @Nullable Meter meter;
  private Meter.@Nullable Usage usage;
  private long beganNanos;
  private long operations;

  /**
   * @param everySecond called while it is measured, on another thread
   * @param afterFailure see {@link ClosedLoop}
   */
  Measurement(
      Options options,
      LongFunction<CompletableFuture<?>> operation,
      Runnable afterFailure,
      PauseWatch pauses,
      Runnable everySecond,
      PrintStream progress) {
    this.options = options;
    this.loop = new ClosedLoop(options.outstanding(), operation, afterFailure);
    this.pauses = pauses;
    this.everySecond = everySecond;
    this.progress = progress;
  }

  ClosedLoop loop() {
    return loop;
  }

  /** Runs for the times that the options give. */
  void run() throws InterruptedException {
    operations = loop.run(options.warmupSeconds(), options.measuredSeconds(), new MeterReader())
        .operations();
  }

  private final class MeterReader implements ClosedLoop.Observer {
    private long before;

    @Override
    public void begin() {
      beganNanos = System.nanoTime();
      before = loop.acknowledged();
      meter = new Meter(pauses::isProcess);
    }

    @Override
    public void tick(int second) {
      if (meter != null) {
        meter.tick();
      }
      everySecond.run();
      progress.println(String.format(
          Locale.ROOT, "%3d s: %d op/s", second, (loop.acknowledged() - before) / second));
    }

    @Override
    public void end() {
      if (meter != null) {
        usage = meter.usage();
      }
      everySecond.run();
    }
  }

  double operationsPerSecond() {
    return operations / used().seconds();
  }

  private Meter.Usage used() {
    Meter.Usage measured = usage;
    if (measured == null) {
      throw new IllegalStateException("nothing was measured yet");
    }
    return measured;
  }

  void report(JsonLine line) {
    Meter.Usage used = used();
    Latencies latencies = loop.latencies();
    double count = Math.max(1, operations);
    line.put("ops", operations)
        .put("ops_per_s", operations / used.seconds())
        .put("p50_us", latencies.percentileMicros(50))
        .put("p99_us", latencies.percentileMicros(99))
        .put("p999_us", latencies.percentileMicros(99.9))
        .put("max_us", latencies.maxMicros())
        .put("alloc_bytes_per_op", used.allocatedBytes() / count)
        .put("cpu_s_per_million_ops", used.cpuSeconds() / count * 1e6)
        .put("cpu_cores_used", used.cpuSeconds() / used.seconds())
        .put("gc_ms", used.gcMillis())
        .put("disk_flushes_per_s", used.diskFlushes() / used.seconds())
        .put("disk_mb_per_s", used.diskBytes() / 1e6 / used.seconds())
        .put("disk_bytes_per_payload_byte", used.diskBytes() / count / options.payloadBytes())
        .put("stolen_share", used.stolenShare())
        .put("errors", loop.failed());
    Throwable failure = loop.lastFailure();
    if (failure != null) {
      line.put("last_error", failure.toString());
    }
    line.put("machine_pauses", pauses.log().countSince(beganNanos))
        .put("machine_paused_ms", pauses.log().totalMillisSince(beganNanos))
        .put("machine_longest_pause_ms", pauses.log().longestMillisSince(beganNanos));
  }
}
