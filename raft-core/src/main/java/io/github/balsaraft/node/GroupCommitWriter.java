package io.github.balsaraft.node;

import io.github.balsaraft.storage.GroupWrite;
import io.github.balsaraft.storage.LogStore;
import io.github.balsaraft.storage.LogWrite;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes the writes of all groups of a host durable. While one write is under way the next batch gathers, so that one sync
 * serves everything that came meanwhile (group commit). A sync for each request has 0.16 times the writes of 128 B x 64, at 8.4
 * times the processor time (docs/benchmarks.md).
 *
 * <p>After a failure it does nothing any more: what a disk holds after a failed sync is unknown, and trying again would only
 * hide that (trap 43). The same goes for a defect of this library that keeps a group from hearing that its write is durable:
 * that group would wait for ever.
 */
final class GroupCommitWriter implements Mailbox.Handler<GroupCommitWriter.Request> {

  private final LogStore store;
  private final Failures failures;
  private final Mailbox<Request> mailbox;
  private final HostEnvironment environment;
  private final long maxWriteBytes;
  private final Histogram syncNanos = new Histogram();
  private final List<Request> batch = new ArrayList<>();
  private long batchBytes;

  /** No while a write is under way, and for good after one that did not succeed: whatever was thrown. */
  private boolean mayWrite = true;

  private volatile boolean writing;

  GroupCommitWriter(LogStore store, HostEnvironment environment, Failures failures) {
    this.store = store;
    this.environment = environment;
    this.maxWriteBytes = environment.maxWriteBytes();
    this.failures = failures;
    this.mailbox = new Mailbox<>(environment.writer(), this);
  }

  /**
   * Queues a write. Those of one group are made in the order of the calls.
   *
   * @param onDurable runs on the writer's thread once the write is durable; never runs if it failed
   */
  void write(LogWrite write, Runnable onDurable) {
    mailbox.offer(new Request(write, onDurable));
  }

  /** How long each durable write took, by the monotonic clock. */
  Histogram syncNanos() {
    return syncNanos;
  }

  /** Whether a write is under way. */
  boolean isWriting() {
    return writing;
  }

  @Override
  public void handle(Request request) {
    batch.add(request);
    batchBytes += request.write.entryBytes();
    if (batchBytes >= maxWriteBytes) {
      flush();
    }
  }

  @Override
  public void endOfBatch() {
    flush();
  }

  private void flush() {
    if (mayWrite && !batch.isEmpty()) {
      mayWrite = false;
      try {
        writing = true;
        long beginNanos = environment.nowNanos();
        store.write(merged());
        syncNanos.record(environment.nowNanos() - beginNanos, 1);
        mayWrite = true;
      } catch (Throwable e) {
        failures.storeFailed(e);
      } finally {
        writing = false;
      }
      if (mayWrite) {
        batch.forEach(this::tell);
      }
    }
    batch.clear();
    batchBytes = 0;
  }

  /** What is durable is durable: whatever becomes of one report, the others are made. */
  private void tell(Request request) {
    try {
      request.onDurable.run();
    } catch (Throwable e) {
      mayWrite = false;
      failures.reportFailed(e);
    }
  }

  private LogWrite merged() {
    if (batch.size() == 1) {
      return batch.get(0).write;
    }
    List<GroupWrite> groups = new ArrayList<>();
    LogWrite withHost = null;
    for (Request request : batch) {
      groups.addAll(request.write.groups());
      if (request.write.host() != null) {
        withHost = request.write;
      }
    }
    return new LogWrite(withHost == null ? null : withHost.host(), groups);
  }

  /** Hears, on the writer's thread, why nothing is written any more. */
  interface Failures {
    /** A write failed. */
    void storeFailed(Throwable cause);

    /** A write is durable, and who waits for it could not be told. */
    void reportFailed(Throwable cause);
  }

  record Request(LogWrite write, Runnable onDurable) {}
}
