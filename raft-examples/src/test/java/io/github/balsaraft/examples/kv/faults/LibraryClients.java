package io.github.balsaraft.examples.kv.faults;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.NotAppendedException;
import io.github.balsaraft.api.OutcomeUnknownException;
import io.github.balsaraft.api.ReadNotServedException;
import io.github.balsaraft.api.SessionOptions;
import io.github.balsaraft.examples.kv.state.Answer;
import io.github.balsaraft.examples.kv.state.Answers;
import io.github.balsaraft.examples.kv.state.Batch;
import io.github.balsaraft.examples.kv.state.Bytes;
import io.github.balsaraft.examples.kv.state.Operation;
import io.github.balsaraft.examples.kv.testing.KvCluster;
import io.github.balsaraft.testing.HistoryRecorder;
import io.github.balsaraft.testing.KvInput;
import io.github.balsaraft.testing.KvModel;
import io.github.balsaraft.testing.KvOutput;
import io.github.balsaraft.testing.LinearizabilityChecker;
import io.github.balsaraft.testing.LinearizabilityResult;
import io.github.balsaraft.transport.netty.RaftClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Clients of the library, each with a session, that count up, append and read until they are stopped, and write down what they are
 * told. Every increment is by one and of the same counter, so that one that is lost or applied twice shows in its value.
 */
final class LibraryClients implements AutoCloseable {

  private static final String COUNTER = "counter";
  private static final String LIST = "list";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Keeps the history short enough to be checked in seconds. */
  private static final long PAUSE_NANOS = MILLISECONDS.toNanos(3);

  private static final int MAX_ANSWER_BYTES = 1 << 20;
  private static final int READER = 1000;

  private final KvCluster cluster;
  private final Duration deadline;
  private final HistoryRecorder<KvInput, KvOutput> recorder = new HistoryRecorder<>();
  private final List<Thread> threads = new ArrayList<>();
  private final List<RaftClient> clients = new ArrayList<>();
  private final AtomicInteger counted = new AtomicInteger();
  private final AtomicInteger inDoubt = new AtomicInteger();
  private final AtomicInteger unknown = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();
  private final AtomicInteger answered = new AtomicInteger();
  private final Queue<Throwable> problems = new ConcurrentLinkedQueue<>();

  private final AtomicLong lastWriteNanos = new AtomicLong();
  private final AtomicLong longestGapNanos = new AtomicLong();
  private volatile boolean stopping;

  private LibraryClients(KvCluster cluster, Duration deadline) {
    this.cluster = cluster;
    this.deadline = deadline;
  }

  /**
   * Starts clients.
   *
   * @param members the addresses that they are given
   * @param deadline how long they try
   */
  static LibraryClients start(
      KvCluster cluster, int count, Collection<String> members, Duration deadline) {
    LibraryClients all = new LibraryClients(cluster, deadline);
    all.lastWriteNanos.set(System.nanoTime());
    for (int process = 0; process < count; process++) {
      RaftClient client = all.connect(members);
      int number = process;
      Thread thread = new Thread(() -> all.run(number, client), "library-client-" + process);
      all.threads.add(thread);
      thread.start();
    }
    return all;
  }

  private RaftClient connect(Collection<String> members) {
    RaftClient client = RaftClient.builder()
        .members(members.toArray(String[]::new))
        .session(SessionOptions.defaults().withDeadline(deadline))
        .connect();
    clients.add(client);
    return client;
  }

  private void run(int process, RaftClient client) {
    try {
      Random random = new Random(process);
      for (int number = 0; !stopping; number++) {
        KvInput input = switch (random.nextInt(4)) {
          case 0, 1 -> new KvInput.Increment(COUNTER, 1);
          case 2 -> new KvInput.Append(LIST, process + "." + number + ";");
          default -> new KvInput.Get(random.nextBoolean() ? COUNTER : LIST);
        };
        ask(process, client, input);
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    } catch (Throwable e) {
      problems.add(e);
    }
  }

  private void ask(int process, RaftClient client, KvInput input) {
    HistoryRecorder<KvInput, KvOutput>.Call call = recorder.invoke(process, input);
    byte[] batch = new Batch(List.of(operation(input)), MAX_ANSWER_BYTES).encode(64);
    boolean read = input instanceof KvInput.Get;
    try {
      byte[] answers = read ? client.query(batch).join() : client.propose(batch).join();
      call.completed(output(Answers.decode(answers).get(0)));
      answered.incrementAndGet();
      if (!read) {
        written(input);
      }
    } catch (CompletionException e) {
      ended(call, input, e.getCause());
    }
  }

  private void ended(
      HistoryRecorder<KvInput, KvOutput>.Call call, KvInput input, @Nullable Throwable failure) {
    if (failure instanceof OutcomeUnknownException) {
      call.unknown();
      unknown.incrementAndGet();
      if (input instanceof KvInput.Increment) {
        inDoubt.incrementAndGet();
      }
    } else if (failure instanceof NotAppendedException
        || failure instanceof ReadNotServedException) {
      call.failed();
      refused.incrementAndGet();
    } else {
      throw new AssertionError(input + " ended unexpectedly", failure);
    }
  }

  private void written(KvInput input) {
    if (input instanceof KvInput.Increment) {
      counted.incrementAndGet();
    }
    long now = System.nanoTime();
    long before = lastWriteNanos.getAndAccumulate(now, Math::max);
    longestGapNanos.accumulateAndGet(now - before, Math::max);
  }

  private static Operation operation(KvInput input) {
    Bytes key = Bytes.of(input.key());
    if (input instanceof KvInput.Increment increment) {
      return new Operation.Increment(key, increment.by());
    }
    if (input instanceof KvInput.Append append) {
      return new Operation.Append(key, Bytes.of(append.text()), Integer.MAX_VALUE);
    }
    return new Operation.Get(key);
  }

  private static KvOutput output(Answer answer) {
    if (answer instanceof Answer.Count count) {
      return KvOutput.number(count.value());
    }
    if (answer instanceof Answer.Value value) {
      return KvOutput.value(new String(value.bytes().array(), UTF_8));
    }
    if (answer instanceof Answer.Nil) {
      return KvOutput.nil();
    }
    throw new AssertionError("answered " + answer);
  }

  /** Waits until so many more requests were answered. */
  void awaitAnswers(int more) {
    int goal = answered.get() + more;
    cluster.await("answers to clients of the library", PATIENCE, () -> {
      assertThat(problems).isEmpty();
      return answered.get() >= goal;
    });
  }

  /** The longest time in which no write was answered, since the last look. */
  Duration takeLongestGap() {
    long now = System.nanoTime();
    long open = now - lastWriteNanos.get();
    return Duration.ofNanos(Math.max(open, longestGapNanos.getAndSet(0)));
  }

  /** How many requests ended without an answer, refused or in doubt. Those under way are none of them. */
  int unanswered() {
    return refused.get() + unknown.get();
  }

  private void stop() {
    stopping = true;
    boolean interrupted = false;
    for (Thread thread : threads) {
      try {
        thread.join(PATIENCE.toMillis());
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Stops the clients. Each increment must have been applied once, and the history must be linearizable; what was found, for people. */
  String check(Collection<String> members) {
    stop();
    assertThat(threads).as("clients that don't end").noneMatch(Thread::isAlive);
    assertThat(problems).isEmpty();
    RaftClient reader = connect(members);
    ask(READER, reader, new KvInput.Get(COUNTER));
    ask(READER, reader, new KvInput.Get(LIST));
    byte[] batch =
        new Batch(List.of(new Operation.Get(Bytes.of(COUNTER))), MAX_ANSWER_BYTES).encode(64);
    KvOutput counter = output(Answers.decode(reader.query(batch).join()).get(0));
    long value = counter.text() == null ? 0 : Long.parseLong(counter.text());
    assertThat(value)
        .as(
            "increments applied; %d were acknowledged, %d are in doubt",
            counted.get(), inDoubt.get())
        .isBetween((long) counted.get(), (long) counted.get() + inDoubt.get());
    LinearizabilityResult<KvInput, KvOutput> result =
        new LinearizabilityChecker<>(new KvModel()).check(recorder.history());
    result.assertLinearizable();
    return String.format(
        Locale.ROOT,
        "%d requests answered, %d refused, %d in doubt; %s",
        recorder.completedCount(),
        refused.get(),
        recorder.unknownCount(),
        result.describe());
  }

  @Override
  public void close() {
    stop();
    clients.forEach(RaftClient::close);
  }
}
