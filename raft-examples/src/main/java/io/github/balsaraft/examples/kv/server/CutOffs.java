package io.github.balsaraft.examples.kv.server;

import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connections that this server closed because of what came over them, or because serving them failed. One line of the log
 * for each, but not more than one in ten seconds: a health check that speaks another protocol must not fill a disk. Each
 * line says how many there were in all. Thread-safe.
 */
final class CutOffs {

  private static final Logger LOG = LoggerFactory.getLogger(CutOffs.class);
  private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(10);

  private long count;
  private long loggedAtNanos = System.nanoTime() - QUIET_NANOS;

  /** Counts one, and says why unless another one was logged a short while ago. */
  synchronized void add(Object client, String why) {
    count++;
    long now = System.nanoTime();
    if (now - loggedAtNanos >= QUIET_NANOS) {
      loggedAtNanos = now;
      // What a client has sent may be quoted in the reason.
      String oneLine = why.replaceAll("\\p{Cntrl}", "?");
      LOG.warn("closing the connection of client {}: {} ({} so far)", client, oneLine, count);
    }
  }

  synchronized long count() {
    return count;
  }
}
