package io.github.balsaraft.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.balsaraft.api.Command;
import io.github.balsaraft.api.StateMachine;
import io.github.balsaraft.storage.SnapshotFolder;
import io.github.balsaraft.testing.KvInput;
import io.github.balsaraft.testing.KvOutput;
import io.github.balsaraft.testing.SequentialModel;
import io.github.balsaraft.testing.simulation.KeptRun;
import io.github.balsaraft.testing.simulation.RaftSimulation;
import io.github.balsaraft.testing.simulation.SimulationRuns;
import io.github.balsaraft.testing.simulation.SimulationSettings;
import io.github.balsaraft.testing.simulation.load.DiskKvMachine;
import io.github.balsaraft.testing.simulation.load.KvMachine;
import io.github.balsaraft.testing.simulation.load.KvWorkload;
import io.github.balsaraft.testing.simulation.load.Workload;
import io.github.balsaraft.testing.simulation.world.Chance;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What an application sees when its state machine has a defect. */
class FoundBugTest {

  private static final SimulationSettings SHORT =
      SimulationSettings.DEFAULT.withLength(Duration.ofSeconds(10));

  @Test
  @DisplayName(
      "a state machine that is not deterministic is found, with the seed and the fewest faults")
  void notDeterministic() {
    SimulationRuns runs = new SimulationRuns(
        SHORT, new SimulationRuns.Seeds(1, 3, Duration.ZERO), "mvn test -Draft.seed=");
    assertThatThrownBy(() -> runs.check(FoundBugTest::forgetful))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("APPLY_DIVERGED")
        .hasMessageContaining("mvn test -Draft.seed=1")
        .hasMessageContaining("none is needed");
  }

  @Test
  @DisplayName("members whose states differ are found, although every command returns the same")
  void statesDiffer() {
    SimulationRuns runs = new SimulationRuns(
        SHORT, new SimulationRuns.Seeds(1, 1, Duration.ZERO), "mvn test -Draft.seed=");
    assertThatThrownBy(() -> runs.check(FoundBugTest::silent))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("state: the states of members differ: to get burst n")
        .hasMessageContaining("none is needed");
  }

  private static Workload<KvInput, KvOutput> silent() {
    AtomicInteger machines = new AtomicInteger();
    return new KvWorkload(2).withMachine(() -> new Silent(machines.incrementAndGet()));
  }

  /** Returns the same for all commands, and keeps what no other replica keeps. */
  private record Silent(int number) implements StateMachine {
    @Override
    public byte[] apply(Command command) {
      return new byte[0];
    }

    @Override
    public byte[] query(byte[] query) {
      return new byte[] {'=', (byte) ('0' + number)};
    }
  }

  @Test
  @DisplayName(
      "a state machine on the folder of its host is found that answers otherwise after a restart")
  void otherwiseAfterARestart() {
    SimulationRuns runs = new SimulationRuns(
        SHORT, new SimulationRuns.Seeds(1, 20, Duration.ZERO), "mvn test -Draft.seed=");
    runs.with(new SimulationRuns.Seeds(1, 3, Duration.ZERO))
        .check(() -> new KvWorkload(2).withMachine(DiskKvMachine::new));
    assertThatThrownBy(
            () -> runs.check(() -> new KvWorkload(2).withMachine(FoundBugTest::notTheFirst)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("APPLY_DIVERGED");
  }

  /** Answers what an earlier process of this host doesn't. */
  private static StateMachine notTheFirst(SnapshotFolder folder) {
    try {
      boolean isFirst = folder.list().isEmpty();
      if (isFirst) {
        folder.create("begun").close();
        folder.sync();
      }
      return new Reopened(new KvMachine(), isFirst);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Answers otherwise now and then, unless it is the first on its folder. */
  private record Reopened(StateMachine machine, boolean isFirst) implements StateMachine {
    @Override
    public byte[] apply(Command command) {
      byte[] result = machine.apply(command);
      return isFirst || command.index() % 20 != 0 ? result : new byte[] {'0'};
    }

    @Override
    public byte[] query(byte[] query) {
      return machine.query(query);
    }
  }

  @Test
  @DisplayName(
      "an error of the test's own code says the seed and the command too, and there is a page")
  void errorOfTheWorkload() throws IOException {
    SimulationRuns runs = new SimulationRuns(
        SHORT, new SimulationRuns.Seeds(77, 1, Duration.ZERO), "mvn test -Draft.seed=");
    AssertionError found =
        catchThrowableOfType(AssertionError.class, () -> runs.check(FoundBugTest::unreadable));
    assertThat(found)
        .hasMessageContaining("seed 77 fails: exception: java.lang.AssertionError: unreadable")
        .hasMessageContaining("run it again with: mvn test -Draft.seed=77")
        .hasMessageContaining("run of seed 77 with 5 hosts, 2 spares and 1 clients for");
    Path page = Path.of("target", "simulation", "seed-77.html").toAbsolutePath();
    assertThat(found).hasMessageContaining("as a page: " + page);
    assertThat(page)
        .content()
        .contains("mvn test -Draft.seed=77")
        .contains("\"violation\",\"exception: java.lang.AssertionError: unreadable\"")
        .as("what nobody had answered yet is there too")
        .containsPattern(",-1,\".+\",\"open, asked of [^\"]+\"]");
    Files.delete(page);
  }

  @Test
  @DisplayName("what a failure says is what can be kept, and fails again")
  void keptRun() {
    SimulationRuns runs = new SimulationRuns(
        SHORT, new SimulationRuns.Seeds(5, 1, Duration.ZERO), "mvn test -Draft.seed=");
    AssertionError found =
        catchThrowableOfType(AssertionError.class, () -> runs.check(FoundBugTest::forgetful));
    List<String> text = found
        .getMessage()
        .lines()
        .dropWhile(line -> !line.startsWith("run of seed"))
        .takeWhile(line -> !line.startsWith("which fails"))
        .toList();
    List<KeptRun> kept = KeptRun.parse(text);
    assertThat(kept).hasSize(1);
    assertThatThrownBy(() -> runs.checkKept(kept, FoundBugTest::forgetful))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("run it again with: mvn test -Dtest=FoundBugTest#keptRun ")
        .hasMessageContaining("APPLY_DIVERGED");
    runs.checkKept(kept, () -> new KvWorkload(2));
  }

  @Test
  @DisplayName(
      "of several groups the one is named and shown in which something is wrong, and what is kept runs all")
  void oneOfSeveralGroups() throws IOException {
    SimulationRuns runs = new SimulationRuns(
        SHORT.withLength(Duration.ofSeconds(5)),
        new SimulationRuns.Seeds(78, 1, Duration.ZERO),
        "mvn test -Draft.seed=");
    AssertionError found =
        catchThrowableOfType(AssertionError.class, () -> runs.checkGroups(3, secondIsForgetful()));
    assertThat(found)
        .hasMessageContaining("seed 78 fails: in group 1 (of 0 to 2): APPLY_DIVERGED")
        .hasMessageContaining("clients in each of 3 groups for");
    Path page = Path.of("target", "simulation", "seed-78.html").toAbsolutePath();
    assertThat(page)
        .content()
        .contains(
            "\"violation\":\"This page shows group 1 (of 0 to 2), in which it is. APPLY_DIVERGED");
    Files.delete(page);
    List<KeptRun> kept = KeptRun.parse(found
        .getMessage()
        .lines()
        .dropWhile(line -> !line.startsWith("run of seed"))
        .takeWhile(line -> !line.startsWith("which fails"))
        .toList());
    assertThat(kept).singleElement().extracting(KeptRun::groups).isEqualTo(3);
    assertThatThrownBy(() -> runs.checkKept(kept, secondIsForgetful()))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("in group 1 (of 0 to 2): APPLY_DIVERGED");
    runs.checkKept(kept, () -> new KvWorkload(2));
  }

  @Test
  @DisplayName("an exception that no check has found is said to be in no group in particular")
  void inNoGroupInParticular() throws IOException {
    SimulationRuns runs = new SimulationRuns(
        SHORT.withLength(Duration.ofSeconds(5)),
        new SimulationRuns.Seeds(79, 1, Duration.ZERO),
        "mvn test -Draft.seed=");
    AssertionError found = catchThrowableOfType(
        AssertionError.class,
        () -> runs.checkGroups(3, () -> new Failing(new KvWorkload(2), true)));
    assertThat(found)
        .hasMessageContaining("seed 79 fails: in no group in particular (of 0 to 2): exception: "
            + "java.lang.IllegalStateException: speechless");
    Path page = Path.of("target", "simulation", "seed-79.html").toAbsolutePath();
    assertThat(page)
        .content()
        .contains("This page shows group 0 (of 0 to 2); it is in none in particular. exception: ");
    Files.delete(page);
  }

  /** The first, the third and so on of those that are asked for is in order. */
  private static Supplier<Workload<KvInput, KvOutput>> secondIsForgetful() {
    AtomicInteger workloads = new AtomicInteger();
    return () -> workloads.getAndIncrement() % 3 == 1 ? forgetful() : new KvWorkload(2);
  }

  @Test
  @DisplayName("a run that is kept for something fails once it doesn't get there any more")
  void keptForSomething() {
    SimulationRuns runs = new SimulationRuns(
        SHORT, new SimulationRuns.Seeds(5, 1, Duration.ZERO), "mvn test -Draft.seed=");
    List<String> run = List.of(
        "run of seed 5 with 3 hosts, 0 spares and 2 clients for 8000 ms:",
        "at 5.000000000 s WIPED_DISK of host 1, other host 2, lasts 0.100000000 s, amount 7",
        "reaches: n2: wiped",
        "reaches: disks wiped");
    runs.checkKept(KeptRun.parse(run), () -> new KvWorkload(2).inMemory());
    List<String> another = run.stream()
        .map(line -> line.replace("at 5.000000000 s", "at 0.000000001 s"))
        .toList();
    assertThatThrownBy(
            () -> runs.checkKept(KeptRun.parse(another), () -> new KvWorkload(2).inMemory()))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("the run of seed 5 was kept for what it doesn't get to any more")
        .hasMessageContaining("[n2: wiped, disks wiped]")
        .hasMessageContaining("n2: spared: ");
  }

  @Test
  @DisplayName("a test that is interrupted says all the same, and at once, and leaves its page")
  void interrupted() throws IOException {
    SimulationRuns runs = new SimulationRuns(
        SHORT, new SimulationRuns.Seeds(78, 1, Duration.ZERO), "mvn test -Draft.seed=", "found");
    Path page = Path.of("target", "simulation", "found-seed-78.html").toAbsolutePath();
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> runs.check(FoundBugTest::forgetful))
          .hasMessageContaining("run of seed 78 with 5 hosts, 2 spares and 8 clients for 10000 ms")
          .hasMessageContaining("as a page: " + page);
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    Files.delete(page);
  }

  @Nested
  class Inner {
    @RaftSimulation(hosts = 3, spares = 0, seeds = 2, seconds = 5)
    @DisplayName("the command that repeats a run of a nested class names the outer one too")
    void replayOfNested(SimulationRuns runs) throws IOException {
      AssertionError found =
          catchThrowableOfType(AssertionError.class, () -> runs.check(FoundBugTest::forgetful));
      assertThat(found)
          .hasMessageContaining(
              "run it again with: mvn test -Dtest='FoundBugTest$Inner#replayOfNested'"
                  + " -Dsurefire.failIfNoSpecifiedTests=false -Draft.seed=");
    }
  }

  @RaftSimulation(hosts = 3, spares = 0, seeds = 2, seconds = 5)
  @DisplayName("the command that repeats a run works where other modules have no such test")
  void replayCommand(SimulationRuns runs) {
    assertThatThrownBy(() -> runs.check(FoundBugTest::forgetful))
        .hasMessageContaining("run it again with: mvn test -Dtest=FoundBugTest#replayCommand"
            + " -Dsurefire.failIfNoSpecifiedTests=false -Draft.seed=");
  }

  private static Workload<KvInput, KvOutput> unreadable() {
    return new Failing(new KvWorkload(2), false);
  }

  /** A workload whose own code fails: when it is to say what is asked for, or to read what was answered. */
  private record Failing(KvWorkload sane, boolean isSpeechless)
      implements Workload<KvInput, KvOutput> {
    @Override
    public StateMachine newStateMachine() {
      return sane.newStateMachine();
    }

    @Override
    public KvInput next(Chance chance) {
      if (isSpeechless) {
        throw new IllegalStateException("speechless");
      }
      return sane.next(chance);
    }

    @Override
    public boolean isQuery(KvInput operation) {
      return sane.isQuery(operation);
    }

    @Override
    public byte[] encode(KvInput operation) {
      return sane.encode(operation);
    }

    @Override
    public List<KvInput> finalQueries() {
      return sane.finalQueries();
    }

    @Override
    public KvOutput decode(KvInput operation, byte[] answer) {
      throw new AssertionError("unreadable");
    }

    @Override
    public SequentialModel<?, KvInput, KvOutput> model() {
      return sane.model();
    }
  }

  private static Workload<KvInput, KvOutput> forgetful() {
    KvWorkload sane = new KvWorkload(2);
    AtomicInteger machines = new AtomicInteger();
    return sane.withMachine(
        () -> new Forgetful(sane.newStateMachine(), machines.incrementAndGet()));
  }

  /** Answers now and then with which machine it is, as a hash set does it whose order depends on where objects lie. */
  private record Forgetful(StateMachine machine, int number) implements StateMachine {
    @Override
    public byte[] apply(Command command) {
      byte[] result = machine.apply(command);
      return command.index() % 50 == 0 ? new byte[] {(byte) ('0' + number)} : result;
    }

    @Override
    public byte[] query(byte[] query) {
      return machine.query(query);
    }
  }
}
