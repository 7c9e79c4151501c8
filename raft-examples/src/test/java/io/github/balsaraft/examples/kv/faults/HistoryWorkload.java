package io.github.balsaraft.examples.kv.faults;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.github.balsaraft.examples.kv.testing.KvCluster;
import io.github.balsaraft.examples.kv.testing.KvProcess;
import io.github.balsaraft.testing.HistoryRecorder;
import io.github.balsaraft.testing.KvInput;
import io.github.balsaraft.testing.KvOutput;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Clients that read and write a few keys through all members at once and write down what they are told. Some send several
 * commands at a time.
 *
 * <p>The clients start at once and go on until {@link #stop}. What each of them asks for depends on the seed alone; what
 * they are answered does not.
 */
final class HistoryWorkload implements AutoCloseable {

  static final int CLIENTS = 10;

  /** How many commands each client sends at once; most send one. */
  private static final int[] DEPTHS = {1, 1, 1, 1, 4, 1, 1, 1, 1, 3};

  /** Keeps the history short enough to be checked in seconds on any machine. */
  private static final long PAUSE_NANOS = MILLISECONDS.toNanos(5);

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final KvCluster cluster;
  private final HistoryRecorder<KvInput, KvOutput> recorder = new HistoryRecorder<>();
  private final List<Thread> threads = new ArrayList<>();

  private final AtomicInteger answered = new AtomicInteger();
  private final Map<String, AtomicInteger> refusals = new ConcurrentSkipListMap<>();
  private final Map<String, AtomicInteger> unknowns = new ConcurrentSkipListMap<>();
  private final Queue<KvInput> refused = new ConcurrentLinkedQueue<>();
  private final Queue<Throwable> problems = new ConcurrentLinkedQueue<>();

  private volatile Mark lastMark = new Mark(System.nanoTime());
  private volatile boolean stopping;
  private volatile List<Integer> ports = List.of();

  private HistoryWorkload(KvCluster cluster) {
    this.cluster = cluster;
  }

  /** Starts the clients; their homes are spread over all members. */
  static HistoryWorkload start(KvCluster cluster, long seed) {
    HistoryWorkload workload = new HistoryWorkload(cluster);
    Map<String, String> lastSeen = RandomOperations.newLastSeen();
    workload.talkTo(cluster.nodes());
    for (int number = 0; number < CLIENTS; number++) {
      RandomOperations operations = new RandomOperations(number, seed, lastSeen);
      Runnable client = new WorkloadClient(workload, number, DEPTHS[number], operations);
      Thread thread = new Thread(client, "client-" + number);
      thread.setDaemon(true);
      workload.threads.add(thread);
    }
    workload.threads.forEach(Thread::start);
    return workload;
  }

  // ------------------------------------------------------------------ for the test

  /** From their next connections on the clients talk to these servers. */
  void talkTo(List<KvProcess> nodes) {
    ports = nodes.stream().map(KvProcess::port).toList();
  }

  /** Waits until so many more operations were answered. */
  void awaitAnswers(int more) {
    int goal = answered.get() + more;
    await(more + " more answers", () -> answered.get() >= goal);
  }

  /** How many operations were answered. */
  int answers() {
    return answered.get();
  }

  /** Marks this moment, after a fault that began then. */
  Mark mark(long beginNanos) {
    Mark mark = new Mark(beginNanos);
    lastMark = mark;
    return mark;
  }

  /** Waits until a write is acknowledged that was sent after this moment. */
  void awaitWriteAfter(Mark mark) {
    await("write acknowledged", mark::isAcknowledged);
  }

  private void await(String what, java.util.function.BooleanSupplier condition) {
    cluster.await(what, PATIENCE, () -> {
      throwIfBroken();
      return condition.getAsBoolean();
    });
  }

  private void throwIfBroken() {
    Throwable problem = problems.peek();
    if (problem != null) {
      throw new AssertionError("a client has met what it can't explain", problem);
    }
  }

  /** Lets all clients end what is under way. */
  void stop() {
    stopping = true;
    try {
      for (Thread thread : threads) {
        thread.join(PATIENCE.toMillis());
        if (thread.isAlive()) {
          throw new AssertionError(thread.getName() + " doesn't end");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while clients end", e);
    }
    throwIfBroken();
  }

  /** Lets the clients end, if they haven't, without waiting for them. */
  @Override
  public void close() {
    stopping = true;
  }

  /** Writes that were certainly not executed. */
  List<KvInput> refused() {
    return List.copyOf(refused);
  }

  /** How the operations ended, for people. */
  String summary() {
    return String.format(
        Locale.ROOT,
        "%,d operations: %,d answered, %,d refused %s, %,d unknown %s",
        answered.get() + sum(refusals) + sum(unknowns),
        answered.get(),
        sum(refusals),
        new TreeMap<>(refusals),
        sum(unknowns),
        new TreeMap<>(unknowns));
  }

  private static int sum(Map<String, AtomicInteger> counts) {
    return counts.values().stream().mapToInt(AtomicInteger::get).sum();
  }

  // ------------------------------------------------------------------ for its clients

  List<Integer> ports() {
    return ports;
  }

  HistoryRecorder<KvInput, KvOutput> recorder() {
    return recorder;
  }

  Mark lastMark() {
    return lastMark;
  }

  boolean isStopping() {
    return stopping;
  }

  void pace() {
    LockSupport.parkNanos(PAUSE_NANOS);
  }

  void countAnswered() {
    answered.incrementAndGet();
  }

  void countRefused(KvInput input, String code) {
    refused.add(input);
    refusals.computeIfAbsent(code, any -> new AtomicInteger()).incrementAndGet();
  }

  void countUnknown(String why) {
    unknowns.computeIfAbsent(why, any -> new AtomicInteger()).incrementAndGet();
  }

  void report(String who, Throwable problem) {
    problems.add(new AssertionError(who, problem));
  }
}
