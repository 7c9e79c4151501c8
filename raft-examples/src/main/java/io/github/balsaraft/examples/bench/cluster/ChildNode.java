package io.github.balsaraft.examples.bench.cluster;

import io.github.balsaraft.examples.bench.load.ProcessCommand;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/** A node in a process of its own, so that it can be killed or stopped; it is steered through its standard input. */
public final class ChildNode implements BenchNode {

  private static final List<String> JAVA_OPTIONS = List.of(
      "-Xms512m",
      "-Xmx512m",
      "-XX:+UseSerialGC",
      "--enable-native-access=ALL-UNNAMED",
      "-Dorg.slf4j.simpleLogger.defaultLogLevel=error");

  private static final byte[] NO_PAYLOAD = {};
  private static final int ANSWER_PATIENCE_SECONDS = 5;
  private static final int STOP_PATIENCE_SECONDS = 60;

  private final Process process;
  private final DataOutputStream out;
  private final Map<Long, CompletableFuture<Long>> waiting = new ConcurrentHashMap<>();
  private final AtomicLong numbers = new AtomicLong();
  private volatile boolean ended;

  ChildNode(Process process) {
    this.process = process;
    this.out = new DataOutputStream(new BufferedOutputStream(process.getOutputStream()));
    Thread reader = new Thread(this::readAnswers, "bench-child-" + process.pid());
    reader.setDaemon(true);
    reader.start();
  }

  /** Starts a node of RocksDB and Netty; it ends with this process, however that ends. */
  public static ChildNode start(NodeSpec spec) {
    String ports = spec.ports().stream().map(String::valueOf).collect(Collectors.joining(","));
    List<String> arguments = List.of(
        String.valueOf(spec.number()),
        ports,
        spec.folder().toString(),
        String.valueOf(spec.electionMillis()),
        String.valueOf(spec.fsync()),
        String.valueOf(spec.snapshots()));
    Path log = spec.folder().resolveSibling(spec.id() + ".out");
    try {
      return new ChildNode(
          new ProcessBuilder(ProcessCommand.java(JAVA_OPTIONS, ChildMain.class, arguments))
              .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until it answers, so that nobody's requests wait in its input. */
  public ChildNode awaitUp(int patienceSeconds) {
    try {
      long unused = ask(ChildProtocol.TERM, NO_PAYLOAD).get(patienceSeconds, TimeUnit.SECONDS);
      return this;
    } catch (ExecutionException | TimeoutException e) {
      close();
      throw new IllegalStateException("process " + process.pid() + " has not come up", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      close();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private void readAnswers() {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(process.getInputStream()))) {
      while (true) {
        long number = in.readLong();
        long value = in.readLong();
        CompletableFuture<Long> answer = waiting.remove(number);
        if (answer != null) {
          answer.complete(value);
        }
      }
    } catch (IOException e) {
      ended = true;
      waiting.values().forEach(answer -> answer.completeExceptionally(e));
    }
  }

  private CompletableFuture<Long> ask(byte what, byte[] payload) {
    CompletableFuture<Long> answer = new CompletableFuture<>();
    long number = numbers.incrementAndGet();
    waiting.put(number, answer);
    try {
      synchronized (out) {
        out.writeLong(number);
        out.writeByte(what);
        out.writeInt(payload.length);
        out.write(payload);
        out.flush();
      }
    } catch (IOException e) {
      answer.completeExceptionally(e);
    }
    if (ended) {
      // The reader may have looked for waiting questions before this one was among them.
      answer.completeExceptionally(new IOException("the process has ended"));
    }
    return answer;
  }

  /** The answer, or 0 from a node that can't give one now. */
  private long answer(byte what) {
    try {
      return ask(what, NO_PAYLOAD).get(ANSWER_PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      return 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 0;
    }
  }

  @Override
  public boolean leads(int group) {
    return answer(ChildProtocol.LEADS) == 1;
  }

  @Override
  public long term(int group) {
    return answer(ChildProtocol.TERM);
  }

  @Override
  public String explain(int group) {
    return "process " + process.pid() + (process.isAlive() ? " is there" : " is gone");
  }

  @Override
  public CompletableFuture<?> propose(int group, byte[] payload) {
    return ask(ChildProtocol.PROPOSE, payload).thenAccept(value -> {
      if (value != ChildProtocol.DONE) {
        throw new IllegalStateException("the proposal failed");
      }
    });
  }

  @Override
  public CompletableFuture<?> read(int group) {
    return CompletableFuture.failedFuture(
        new UnsupportedOperationException("nodes in processes of their own are only written to"));
  }

  @Override
  public Applied applied(int group) {
    return new Applied(answer(ChildProtocol.ENTRIES), answer(ChildProtocol.CHECKSUM));
  }

  /**
   * Stops it as for a restart: it hands leadership over first.
   *
   * @throws IllegalStateException if it hasn't, or has ended in another way
   */
  public void stop() throws InterruptedException {
    // Never answered: the process ends instead.
    CompletableFuture<Long> unused = ask(ChildProtocol.STOP, NO_PAYLOAD);
    try {
      if (!process.waitFor(STOP_PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException(
            "process " + process.pid() + " has not stopped after " + STOP_PATIENCE_SECONDS + " s");
      }
    } finally {
      close();
    }
    int exitValue = process.exitValue();
    if (exitValue != 0) {
      throw new IllegalStateException(
          "process " + process.pid() + " has not stopped but ended with " + exitValue);
    }
  }

  /** Ends it without a goodbye (SIGKILL); its connections break. */
  public void kill() {
    process.destroyForcibly();
  }

  /** Stops it where it stands (SIGSTOP): its connections stay, and nobody answers on them. */
  public void freeze() throws IOException, InterruptedException {
    // Every shell has the command of its own; not every machine has the program.
    Process kill = new ProcessBuilder("sh", "-c", "kill -STOP " + process.pid()).start();
    if (kill.waitFor() != 0) {
      throw new IOException("can't stop process " + process.pid());
    }
  }

  @Override
  public void close() {
    try {
      process.destroyForcibly().waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
