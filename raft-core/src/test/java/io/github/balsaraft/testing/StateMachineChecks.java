package io.github.balsaraft.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.BatchingStateMachine;
import io.github.balsaraft.api.CommandRejectedException;
import io.github.balsaraft.api.StateMachine;
import io.github.balsaraft.model.EntryId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.TimeZone;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Feeds the same random commands to several state machines and compares all that they say. {@link StateMachineContract} runs all
 * of it; the methods can also be called one by one.
 */
public final class StateMachineChecks {

  static final int COMMANDS = 200;
  private static final int QUERIES_AT_THE_END = 50;
  private static final long FIRST_LOG_TIME_MILLIS = 1_000_000_000_000L;

  private final Supplier<StateMachine> machines;
  private final List<SampleCommand> commands = new ArrayList<>();
  private final List<byte[]> queries = new ArrayList<>();

  /**
   * The checks of a seed.
   *
   * @param machines makes a new, empty machine
   * @param command draws a command
   * @param query draws a query
   */
  public StateMachineChecks(
      Supplier<StateMachine> machines,
      Function<Random, byte[]> command,
      Function<Random, byte[]> query,
      long seed) {
    this.machines = machines;
    Random random = new Random(seed);
    long index = 0;
    long term = 1;
    long logTimeMillis = FIRST_LOG_TIME_MILLIS;
    for (int i = 0; i < COMMANDS; i++) {
      // Between commands there are entries that no state machine sees, and terms without any.
      boolean newTerm = random.nextInt(10) == 0;
      term += newTerm ? 1 + random.nextInt(3) : 0;
      index += newTerm ? 2 + random.nextInt(3) : 1;
      logTimeMillis += random.nextInt(4) == 0 ? 0 : random.nextInt(2_000);
      commands.add(new SampleCommand(index, term, logTimeMillis, command.apply(random)));
      queries.add(query.apply(random));
    }
    for (int i = 0; i < QUERIES_AT_THE_END; i++) {
      queries.add(query.apply(random));
    }
  }

  /** Two machines that got the same commands have given the same results, and answer the same. */
  public void sameCommandsSameResults() {
    StateMachine first = machines.get();
    List<byte[]> results = applyAll(first);
    List<byte[]> answers = askAll(first);
    waitForTheNextMillisecond();
    StateMachine second = machines.get();
    assertSame(applyAll(second), results, "result");
    assertSame(askAll(second), answers, "answer");
  }

  /** A replica runs elsewhere: in another time zone and language, and on threads that change. */
  public void sameElsewhere() {
    StateMachine here = machines.get();
    List<byte[]> results = applyAll(here);
    List<byte[]> answers = askAll(here);
    Locale locale = Locale.getDefault();
    TimeZone zone = TimeZone.getDefault();
    try {
      // Numbers have other digits there, and "i" has another capital.
      for (String tag : List.of("tr-TR", "ar-EG-u-nu-arab", "th-TH-u-ca-buddhist-nu-thai")) {
        Locale.setDefault(Locale.forLanguageTag(tag));
        TimeZone.setDefault(TimeZone.getTimeZone("Pacific/Kiritimati"));
        StateMachine there = machines.get();
        List<byte[]> otherResults = new ArrayList<>();
        for (SampleCommand command : commands) {
          otherResults.add(onAnotherThread(() -> apply(there, command)));
        }
        assertSame(otherResults, results, "result in " + tag);
        assertSame(onAnotherThread(() -> askAll(there)), answers, "answer in " + tag);
      }
    } finally {
      Locale.setDefault(locale);
      TimeZone.setDefault(zone);
    }
  }

  /** A machine that is asked between commands does the same as one that isn't, and says the same when it is asked twice. */
  public void queriesChangeNothing() {
    List<byte[]> results = applyAll(machines.get());
    StateMachine asked = machines.get();
    for (int i = 0; i < COMMANDS; i++) {
      byte[] query = queries.get(i);
      byte[] answer = asked.query(query.clone()).clone();
      assertSame(List.of(asked.query(query.clone())), List.of(answer), "second answer");
      assertSame(
          List.of(apply(asked, commands.get(i))), List.of(results.get(i)), "result after queries");
    }
    StateMachine unasked = machines.get();
    applyAll(unasked);
    assertSame(askAll(asked), askAll(unasked), "answer after queries");
  }

  /** Neither a command's bytes nor a query's are kept or changed: they are used for other things once the call is over. */
  public void bytesAreNotKept() {
    StateMachine machine = machines.get();
    StateMachine twin = machines.get();
    for (int i = 0; i < COMMANDS; i++) {
      byte[] query = queries.get(i);
      byte[] passed = query.clone();
      machine.query(passed);
      assertThat(passed).as("the bytes of query %s", i).isEqualTo(query);
      Arrays.fill(passed, (byte) 0x5A);
      // The twin's commands live on, so that what it may keep of them stays right.
      byte[] expected = applyAlone(twin, commands.get(i).copy()).clone();
      assertSame(List.of(apply(machine, commands.get(i))), List.of(expected), "result");
    }
    assertSame(askAll(machine), askAll(twin), "answer");
  }

  /** What was answered stays as it is: the machine doesn't go on writing into an array that it gave away, and nobody into its own. */
  public void resultsAreGivenAway() {
    StateMachine machine = machines.get();
    StateMachine twin = machines.get();
    List<byte[]> results = new ArrayList<>();
    List<byte[]> copies = new ArrayList<>();
    for (int i = 0; i < COMMANDS; i++) {
      keep(applyAlone(machine, commands.get(i).copy()), results, copies);
      keep(machine.query(queries.get(i).clone()), results, copies);
      Arrays.fill(apply(twin, commands.get(i)), (byte) 0x5A);
      Arrays.fill(twin.query(queries.get(i).clone()), (byte) 0x5A);
    }
    assertSame(results, copies, "earlier result");
    assertSame(askAll(twin), askAll(machine), "answer after others wrote into results");
  }

  /** Where a {@link BatchingStateMachine} has to end a batch differs from replica to replica, and changes nothing that it says. */
  public void batchesChangeNothing() {
    StateMachine oneByOne = machines.get();
    List<byte[]> results = applyAll(oneByOne);
    List<byte[]> answers = askAll(oneByOne);
    for (int size : new int[] {2, 7, 64, COMMANDS}) {
      StateMachine batched = machines.get();
      List<byte[]> batchedResults = new ArrayList<>();
      for (int i = 0; i < COMMANDS; i++) {
        SampleCommand passed = commands.get(i).copy();
        batchedResults.add(resultOrRejection(batched, passed).clone());
        passed.end();
        if ((i + 1) % size == 0 || i + 1 == COMMANDS) {
          endBatch(batched);
        }
      }
      assertSame(batchedResults, results, "result in batches of " + size);
      assertSame(askAll(batched), answers, "answer after batches of " + size);
    }
  }

  /** Applies the commands from one place to before another. */
  void apply(StateMachine machine, int from, int to) {
    commands.subList(from, to).forEach(command -> apply(machine, command));
  }

  /** The entry of the last command before a place. */
  EntryId entryBefore(int place) {
    return place == 0
        ? EntryId.NONE
        : new EntryId(commands.get(place - 1).term(), commands.get(place - 1).index());
  }

  /** Two machines that have applied the commands up to a place answer the same, and so they do with all others. */
  void assertSameFrom(int place, StateMachine actual, StateMachine expected) {
    assertSame(askAll(actual), askAll(expected), "answer");
    for (SampleCommand command : commands.subList(place, COMMANDS)) {
      assertSame(List.of(apply(actual, command)), List.of(apply(expected, command)), "result");
    }
    assertSame(askAll(actual), askAll(expected), "answer at the end");
  }

  private static void keep(byte[] result, List<byte[]> results, List<byte[]> copies) {
    results.add(result);
    copies.add(result.clone());
  }

  private List<byte[]> applyAll(StateMachine machine) {
    return commands.stream().map(command -> apply(machine, command).clone()).toList();
  }

  /** Applies a command, and ends its batch. A copy of the result. */
  byte[] applyAt(StateMachine machine, int place) {
    return apply(machine, commands.get(place)).clone();
  }

  /** Applies a command, and leaves its batch open. */
  void applyWithinBatch(StateMachine machine, int place) {
    SampleCommand passed = commands.get(place).copy();
    resultOrRejection(machine, passed);
    passed.end();
  }

  /** Copies of what it answers to all queries. */
  List<byte[]> askAll(StateMachine machine) {
    return queries.stream().map(query -> machine.query(query.clone()).clone()).toList();
  }

  private static byte[] apply(StateMachine machine, SampleCommand command) {
    SampleCommand passed = command.copy();
    byte[] result = applyAlone(machine, passed);
    passed.end();
    return result;
  }

  private static byte[] applyAlone(StateMachine machine, SampleCommand command) {
    byte[] result = resultOrRejection(machine, command);
    endBatch(machine);
    return result;
  }

  /** A rejection is a result: every replica has to come to the same, with the same words. */
  private static byte[] resultOrRejection(StateMachine machine, SampleCommand command) {
    try {
      return machine.apply(command);
    } catch (CommandRejectedException e) {
      return ("rejected: " + e.reason()).getBytes(StandardCharsets.UTF_8);
    }
  }

  private static void endBatch(StateMachine machine) {
    if (machine instanceof BatchingStateMachine batching) {
      batching.endBatch();
    }
  }

  static void assertSame(List<byte[]> actual, List<byte[]> expected, String what) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(actual.get(i)).as("%s %s", what, i).isEqualTo(expected.get(i));
    }
  }

  private static <T> T onAnotherThread(Supplier<T> work) {
    FutureTask<T> task = new FutureTask<>(work::get);
    Thread thread = new Thread(task, "another replica");
    thread.start();
    try {
      return task.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    } catch (ExecutionException e) {
      throw new AssertionError("the state machine has thrown", e.getCause());
    }
  }

  /** So that a machine that looks at the clock sees another time. */
  private static void waitForTheNextMillisecond() {
    long before = System.currentTimeMillis();
    while (System.currentTimeMillis() == before) {
      Thread.onSpinWait();
    }
  }
}
