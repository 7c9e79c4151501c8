package io.github.balsaraft;

import io.github.balsaraft.model.trace.TraceEvent;
import io.github.balsaraft.model.trace.TraceFormat;
import io.github.balsaraft.model.trace.TraceSink;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a trace as lines of JSON, in the format of docs/trace.md; {@link TraceReader} reads it back. Several replicas may
 * share one.
 *
 * <p>Events become lines on the thread that runs the protocol, a few microseconds each, and wait in a queue of at most
 * {@value #MAX_QUEUED_CHARS} characters for a thread of the writer's own: a slow disk never holds up the protocol. What does
 * not fit is dropped and counted, and a reader sees the gap in the events' numbers. So does what follows an error of the
 * disk, which is logged once.
 *
 * <p>Nothing is synced: a trace is for people, and nothing depends on it. What was written when the process is killed is
 * there; the last line may then be cut off.
 *
 * <p>All methods may be called from any thread. Whoever makes one closes it, after the nodes that use it.
 */
public final class TraceWriter implements TraceSink, AutoCloseable {

  /** How much may wait to be written. */
  public static final long MAX_QUEUED_CHARS = 16 << 20;

  private static final Logger LOG = LoggerFactory.getLogger("io.github.balsaraft");
  private static final long CLOSE_PATIENCE_MILLIS = 10_000;

  private final Writer out;
  private final Thread thread;

  // All are guarded by this.
  private List<String> queue = new ArrayList<>();
  private long queuedChars;
  private long droppedEvents;
  private boolean closed;
  private @Nullable IOException failure;

  private TraceWriter(Writer out) {
    this.out = out;
    this.thread = new Thread(this::run, "balsa-trace");
    this.thread.setDaemon(true);
  }

  /** Writes to this writer, and closes it in the end. */
  public static TraceWriter to(Writer out) {
    TraceWriter writer = new TraceWriter(out);
    writer.thread.start();
    return writer;
  }

  /**
   * Writes to the end of a file, which is created if it isn't there. A last line that was cut off when an earlier process was
   * killed is removed first.
   *
   * @throws UncheckedIOException if the file can't be written
   */
  public static TraceWriter toFile(Path file) {
    try {
      if (Files.exists(file)) {
        removeUnfinishedLine(file);
      }
      return to(Files.newBufferedWriter(
          file, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
    } catch (IOException e) {
      throw new UncheckedIOException("can't write the trace to " + file + ": " + e, e);
    }
  }

  private static void removeUnfinishedLine(Path file) throws IOException {
    try (RandomAccessFile content = new RandomAccessFile(file.toFile(), "rw")) {
      long end = content.length();
      while (end > 0) {
        content.seek(end - 1);
        if (content.read() == '\n') {
          break;
        }
        end--;
      }
      content.setLength(end);
    }
  }

  @Override
  public void record(TraceEvent event) {
    String line = TraceFormat.format(event);
    synchronized (this) {
      if (closed || failure != null || queuedChars + line.length() > MAX_QUEUED_CHARS) {
        droppedEvents++;
        return;
      }
      queue.add(line);
      queuedChars += line.length();
      notifyAll();
    }
  }

  /** How many events were not written: because the disk was too slow or failed, or after {@link #close}. */
  public synchronized long droppedEvents() {
    return droppedEvents;
  }

  /** What the disk said when it failed, or null. */
  public synchronized @Nullable IOException failure() {
    return failure;
  }

  private void run() {
    try (Writer closing = out) {
      for (List<String> lines = take(); !lines.isEmpty(); lines = take()) {
        long chars = 0;
        for (String line : lines) {
          closing.write(line);
          closing.write('\n');
          chars += line.length();
        }
        closing.flush();
        written(chars);
      }
    } catch (IOException e) {
      failed(e);
    }
  }

  /** What waits; nothing once it is closed and all is written. */
  private synchronized List<String> take() {
    while (queue.isEmpty() && !closed) {
      try {
        wait();
      } catch (InterruptedException e) {
        // Nobody has a reason to: it goes on until it is closed,
        // and an interrupted thread could not write to a file.
      }
    }
    List<String> taken = queue;
    queue = new ArrayList<>();
    return taken;
  }

  private synchronized void written(long chars) {
    queuedChars -= chars;
  }

  private void failed(IOException e) {
    LOG.error("the trace ends here: it can't be written", e);
    synchronized (this) {
      failure = e;
      droppedEvents += queue.size();
      queue = new ArrayList<>();
    }
  }

  /** Writes what waits and closes what it writes to. Gives up on a disk that doesn't answer for ten seconds. */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      notifyAll();
    }
    try {
      thread.join(CLOSE_PATIENCE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    long dropped = droppedEvents();
    if (thread.isAlive() || dropped > 0) {
      LOG.warn(
          "the trace is incomplete: {} events were dropped{}",
          dropped,
          thread.isAlive() ? ", and the last are not written yet" : "");
    }
  }
}
