package io.github.balsaraft.examples.bench.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Counts how long the machine itself stood still: a small process does nothing but sleep for five milliseconds, again and
 * again, and tells when it woke up much later. It is a process of its own so that a garbage collection of the measured one,
 * which nobody else can be blamed for, is not taken for a pause of the machine.
 */
public final class PauseWatch implements AutoCloseable {

  private static final long SLEEP_NANOS = 5_000_000;

  /** Less than that is ordinary waiting for a processor. */
  private static final long REPORTED_NANOS = 20_000_000;

  private final Process process;
  private final PauseLog log = new PauseLog();

  private PauseWatch(Process process) {
    this.process = process;
    Thread reader = new Thread(this::listen, "bench-pauses");
    reader.setDaemon(true);
    reader.start();
  }

  /** Starts the process. It ends with this one, however that ends. */
  public static PauseWatch start() {
    List<String> options = List.of("-Xmx16m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
    List<String> command = ProcessCommand.java(options, PauseWatch.class, List.of());
    try {
      return new PauseWatch(new ProcessBuilder(command)
          .redirectError(ProcessBuilder.Redirect.INHERIT)
          .start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether this is the process that sleeps. */
  public boolean isProcess(long pid) {
    return process.pid() == pid;
  }

  /** The pauses seen so far. */
  public PauseLog log() {
    return log;
  }

  private void listen() {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        log.add(System.nanoTime(), Long.parseLong(line));
      }
    } catch (IOException e) {
      // The process was ended: nothing more to hear.
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      process.waitFor(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The process that sleeps. */
  public static void main(String[] args) throws IOException {
    Thread sleeper = new Thread(PauseWatch::sleepAndTell, "sleeper");
    sleeper.setDaemon(true);
    sleeper.start();
    // Ends when the process that wants to know is gone.
    while (System.in.read() >= 0) {
      // Nothing is said on it.
    }
  }

  private static void sleepAndTell() {
    long before = System.nanoTime();
    while (true) {
      LockSupport.parkNanos(SLEEP_NANOS);
      long now = System.nanoTime();
      if (now - before - SLEEP_NANOS >= REPORTED_NANOS) {
        System.out.println(now - before);
      }
      before = now;
    }
  }

  /** Pauses in the order in which they ended. Any thread may add and ask. */
  public static final class PauseLog {

    private record Pause(long heardNanos, long lengthNanos) {}

    private final List<Pause> pauses = new ArrayList<>();

    /** A pause ended now. */
    public synchronized void add(long nowNanos, long lengthNanos) {
      pauses.add(new Pause(nowNanos, lengthNanos));
    }

    /** How many were heard of from a moment on. */
    public synchronized long countSince(long nanos) {
      return pauses.stream().filter(pause -> pause.heardNanos - nanos >= 0).count();
    }

    /** All of them together, of those heard of from a moment on. */
    public synchronized double totalMillisSince(long nanos) {
      return pauses.stream()
              .filter(pause -> pause.heardNanos - nanos >= 0)
              .mapToLong(Pause::lengthNanos)
              .sum()
          / 1e6;
    }

    /** The longest of those heard of from a moment on; zero if there were none. */
    public synchronized double longestMillisSince(long nanos) {
      return pauses.stream()
              .filter(pause -> pause.heardNanos - nanos >= 0)
              .mapToLong(Pause::lengthNanos)
              .max()
              .orElse(0)
          / 1e6;
    }
  }
}
