package io.github.balsaraft.node;

import static io.github.balsaraft.testing.simulation.world.VirtualTime.MILLIS;
import static io.github.balsaraft.testing.simulation.world.VirtualTime.SECONDS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.OnDiskStateMachine;
import io.github.balsaraft.api.RaftOptions;
import io.github.balsaraft.api.SnapshotOptions;
import io.github.balsaraft.api.SnapshotView;
import io.github.balsaraft.api.SnapshotWriter;
import io.github.balsaraft.model.EntryBatch;
import io.github.balsaraft.model.EntryId;
import io.github.balsaraft.model.EntryType;
import io.github.balsaraft.model.HardState;
import io.github.balsaraft.model.Payloads;
import io.github.balsaraft.model.SnapshotManifest;
import io.github.balsaraft.storage.RecoveredGroup;
import io.github.balsaraft.testing.UnprintableError;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SnapshotTakerTest {

  /** So much is applied that a snapshot is due. */
  private static final int DUE_ENTRIES = 10;

  private static final RecoveredGroup EMPTY_LOG = new RecoveredGroup(
      Birth.bornRecord(SnapshotRig.SELF),
      HardState.INITIAL,
      EntryId.NONE,
      EntryId.NONE,
      List.of(),
      List.of(),
      0);

  private final SnapshotRig rig = new SnapshotRig(RaftOptions.builder()
      .snapshots(SnapshotOptions.builder().maxEntries(DUE_ENTRIES).build())
      .build());
  private final Machine machine = new Machine();
  private final ApplyPosition position = new ApplyPosition();
  private boolean atPosition = true;
  private final List<Long> saved = new ArrayList<>();
  private final List<String> told = new ArrayList<>();
  private final SnapshotTaker taker = takerOf(rig);
  private long lastIndex = 1;

  SnapshotTakerTest() {
    position.passed(Payloads.single(EntryType.CONFIGURATION, SnapshotRig.MEMBERS.encode())
        .place(new EntryId(3, 1), 0));
    taker.inTerm(3);
  }

  private SnapshotTaker takerOf(SnapshotRig replica) {
    return takerOf(replica, machine, replica.archive);
  }

  private SnapshotTaker takerOf(SnapshotRig replica, Machine of, SnapshotArchive archive) {
    return new SnapshotTaker(
        replica.context,
        of,
        () -> null,
        archive,
        position,
        () -> atPosition,
        task -> replica.environment.apply().execute(task),
        new SnapshotTaker.Ends() {
          @Override
          public void saved(SnapshotManifest manifest, Duration took) {
            saved.add(manifest.header().last().index());
          }

          @Override
          public void failed(String problem) {
            told.add(problem);
          }
        });
  }

  private void apply(int entries) {
    for (int i = 0; i < entries; i++) {
      EntryBatch next =
          Payloads.single(EntryType.COMMAND, new byte[1]).place(new EntryId(3, ++lastIndex), 0);
      position.passed(next);
    }
    taker.takeIfDue();
  }

  private void run(long nanos) {
    rig.time.runFor(nanos);
  }

  @Test
  void takesOneWhenItIsDueAndTheNextNotBefore() throws IOException {
    apply(DUE_ENTRIES - 2);
    run(SECONDS);
    assertThat(machine.captured).isZero();
    apply(1);
    run(SECONDS);
    assertThat(saved).containsExactly(10L);
    assertThat(rig.newestContent()).isEqualTo(Machine.CONTENT);
    apply(DUE_ENTRIES - 1);
    run(SECONDS);
    assertThat(machine.captured).isEqualTo(1);
    apply(1);
    run(SECONDS);
    assertThat(saved).containsExactly(10L, 20L);
    assertThat(machine.closed).isEqualTo(2);
  }

  @Test
  void whatSomebodyWaitsForIsTakenHoweverLittleThereIs() {
    apply(1);
    taker.want();
    run(SECONDS);
    assertThat(saved).containsExactly(2L);
  }

  @Test
  @DisplayName("a newer one is not the same once more, for who asks for what there isn't")
  void noNewerOneBeforeThereIsMore() {
    apply(1);
    assertThat(taker.wantNewer()).isTrue();
    run(SECONDS);
    for (int i = 0; i < 3; i++) {
      assertThat(taker.wantNewer()).isFalse();
      run(SECONDS);
    }
    assertThat(saved).containsExactly(2L);
    apply(1);
    assertThat(taker.wantNewer()).isTrue();
    run(SECONDS);
    assertThat(saved).containsExactly(2L, 3L);
  }

  /** Who waits for one asks again and again. */
  @Test
  void theOneThatIsBeingTakenIsEnoughForAllWhoWait() {
    apply(1);
    taker.want();
    taker.takeIfDue();
    taker.want();
    run(SECONDS);
    assertThat(saved).containsExactly(2L);
    assertThat(machine.captured).isEqualTo(1);
  }

  @Test
  @DisplayName(
      "none is taken of a state that is between two positions, and one as soon as it isn't")
  void onlyAtThePosition() {
    atPosition = false;
    apply(DUE_ENTRIES);
    taker.want();
    run(3600 * SECONDS);
    assertThat(machine.captured).isZero();
    atPosition = true;
    apply(1);
    run(SECONDS);
    assertThat(saved).containsExactly(12L);
  }

  @Test
  void whatIsAppliedWhileOneIsWrittenIsPartOfTheNext() {
    apply(DUE_ENTRIES);
    apply(DUE_ENTRIES);
    assertThat(machine.captured).as("one at a time").isEqualTo(1);
    run(SECONDS);
    assertThat(saved).containsExactly(11L, 21L);
  }

  /** It throws at each attempt: the pauses grow, so that it does not fill the log, and have an end. */
  @Test
  void aMachineThatCanNotCaptureIsAskedLessAndLessOften() {
    machine.onCapture = () -> {
      throw new IllegalStateException("no memory");
    };
    apply(DUE_ENTRIES);
    List<Integer> attempts = new ArrayList<>();
    for (int second = 0; second < 16; second++) {
      run(SECONDS);
      attempts.add(machine.captured);
    }
    // After 1, 3, 7 and 15 seconds.
    assertThat(attempts.get(0)).isBetween(1, 2);
    assertThat(attempts.get(2)).isBetween(2, 3);
    assertThat(attempts.get(6)).isBetween(3, 4);
    assertThat(attempts.get(15)).isEqualTo(5);
    assertThat(told).as("each attempt is told of").hasSize(5);
    assertThat(taker.problem(rig.time.nowNanos()))
        .startsWith("the state machine could not capture its state at 11@3")
        .endsWith("no memory");
    run(3600 * SECONDS);
    int afterAnHour = machine.captured;
    run(3600 * SECONDS);
    assertThat(machine.captured - afterAnHour).as("every five minutes").isBetween(11, 13);
    assertThat(saved).as("and the log is kept").isEmpty();

    machine.onCapture = () -> {};
    run(301 * SECONDS);
    assertThat(saved).containsExactly(11L);
    assertThat(taker.problem(rig.time.nowNanos())).isEmpty();
  }

  /** While none can be written the log grows, and whoever looks at it has to see that. */
  @Test
  void whatWasAppliedCountsUntilASnapshotOfItIsSaved() {
    machine.failures = 2;
    apply(DUE_ENTRIES);
    long bytes = position.bytesSinceSnapshot();
    run(500 * MILLIS);
    assertThat(told).hasSize(1);
    assertThat(position.entriesSinceSnapshot()).isEqualTo(DUE_ENTRIES + 1);
    assertThat(position.bytesSinceSnapshot()).isEqualTo(bytes);
    apply(3);
    run(1_500 * MILLIS);
    assertThat(told).hasSize(2);
    assertThat(position.entriesSinceSnapshot()).isEqualTo(DUE_ENTRIES + 4);
    machine.onClose = () -> apply(2);
    run(2 * SECONDS);
    assertThat(saved).containsExactly(14L);
    assertThat(position.entriesSinceSnapshot())
        .as("applied while it was written")
        .isEqualTo(2);
    assertThat(position.bytesSinceSnapshot()).isBetween(1L, bytes / 2);
  }

  @Test
  void afterASuccessThePausesBeginAnew() {
    machine.onCapture = () -> {
      throw new IllegalStateException("no");
    };
    apply(DUE_ENTRIES);
    run(20 * SECONDS);
    machine.onCapture = () -> {};
    run(20 * SECONDS);
    assertThat(saved).hasSize(1);
    machine.failures = 1;
    apply(DUE_ENTRIES);
    run(1_100 * MILLIS);
    assertThat(saved).hasSize(2);
  }

  @Test
  void aViewThatThrowsIsClosedAndAnotherIsTaken() throws IOException {
    machine.failures = 2;
    apply(DUE_ENTRIES);
    run(500 * MILLIS);
    assertThat(taker.problem(rig.time.nowNanos()))
        .contains("could not be written")
        .contains("disk of the application");
    assertThat(rig.folder.list()).as("what was begun is gone").isEmpty();
    run(4 * SECONDS);
    assertThat(saved).containsExactly(11L);
    assertThat(machine.closed).isEqualTo(3);
    assertThat(rig.lines.lines("2 times in a row")).hasSize(1);
  }

  @Test
  void aViewThatCanNotBeClosedDoesNotSpoilTheSnapshot() throws IOException {
    machine.onClose = () -> {
      throw new IllegalStateException("it hangs on to something");
    };
    apply(DUE_ENTRIES);
    run(SECONDS);
    assertThat(saved).containsExactly(11L);
    assertThat(rig.newestContent()).isEqualTo(Machine.CONTENT);
    assertThat(rig.lines.lines("closing the view of a snapshot failed")).hasSize(1);
    assertThat(taker.problem(rig.time.nowNanos())).isEmpty();
  }

  /** What can't be read is tried again and again: the disk must not be full of it one day. */
  @Test
  void oneThatCanNotBeReadAgainIsDeleted() throws IOException {
    rig.folder.spoilNext(2);
    apply(DUE_ENTRIES);
    run(500 * MILLIS);
    assertThat(taker.problem(rig.time.nowNanos())).contains("fails its checksum");
    assertThat(rig.folder.list()).isEmpty();
    run(SECONDS);
    assertThat(rig.folder.list()).as("after the second").isEmpty();
    run(3 * SECONDS);
    assertThat(saved).containsExactly(11L);
    assertThat(rig.newestContent()).isEqualTo(Machine.CONTENT);
  }

  /** Traps 40 and 42: nobody hears of a snapshot that is not whole, since the log is cut for it. */
  @Test
  void trap42_whicheverStepOnTheDiskFailsNobodyHearsOfItAndAnotherIsTaken() throws IOException {
    int step = 0;
    while (new SnapshotTakerTest().isTakenAgain(step)) {
      step++;
    }
    assertThat(step).as("steps that write").isGreaterThan(5);
  }

  /** Returns whether there was such a step. */
  private boolean isTakenAgain(int failingStep) throws IOException {
    rig.folder.failOperation(failingStep);
    apply(DUE_ENTRIES);
    run(500 * MILLIS);
    if (!saved.isEmpty()) {
      return false;
    }
    assertThat(taker.problem(rig.time.nowNanos()))
        .as("step %d", failingStep)
        .contains("could not be written");
    assertThat(rig.archive.newest()).as("step %d", failingStep).isNull();
    run(SECONDS);
    assertThat(saved).as("after step %d", failingStep).containsExactly(11L);
    assertThat(rig.newestContent()).isEqualTo(Machine.CONTENT);
    return true;
  }

  @Test
  void whileAnotherGroupWritesOneThisWaits() {
    rig.context.host().snapshotSlot().set(() -> 0);
    apply(DUE_ENTRIES);
    run(59 * SECONDS);
    assertThat(machine.captured).isZero();
    assertThat(taker.problem(rig.time.nowNanos())).isEmpty();
    run(2 * SECONDS);
    assertThat(taker.problem(rig.time.nowNanos()))
        .contains("has been due for", "another group of this host");
    rig.context.host().snapshotSlot().set(null);
    run(300 * MILLIS);
    assertThat(saved).containsExactly(11L);
    assertThat(taker.problem(rig.time.nowNanos())).isEmpty();
  }

  @Test
  void oneThatCanNotTakeAnySaysSo() {
    assertThat(taker.isFailing()).isFalse();
    machine.failures = 1;
    apply(DUE_ENTRIES);
    run(500 * MILLIS);
    assertThat(taker.isFailing()).isTrue();
    run(SECONDS);
    assertThat(saved).containsExactly(11L);
    assertThat(taker.isFailing()).isFalse();
  }

  /** Or a process that is started anew each day would never be old enough. */
  @Test
  @DisplayName("the age of a snapshot of an earlier process counts")
  void ageOfAnEarlierProcess() throws IOException {
    SnapshotManifest earlier = rig.save(1, Machine.CONTENT);
    assertThat(rig.environment.wallMillis() - earlier.header().logTimeMillis())
        .isGreaterThan(SnapshotOptions.defaults().maxAge().toMillis());
    SnapshotArchive reopened = SnapshotArchive.open(
        SnapshotRig.GROUP,
        rig.store,
        EMPTY_LOG,
        false,
        rig.environment,
        new RateLimitedLog("n1/g0", rig.lines));
    SnapshotTaker inMemory = takerOf(rig, machine, reopened);
    MachineOnDisk onDisk = new MachineOnDisk();
    SnapshotTaker later = takerOf(rig, onDisk, reopened);
    inMemory.inTerm(3);
    later.inTerm(3);
    apply(1);
    inMemory.takeIfDue();
    assertThat(machine.captured).as("one that is young here").isZero();
    later.takeIfDue();
    run(SECONDS);
    assertThat(saved).containsExactly(2L);
  }

  @Test
  void aFailureGivesTheHostsSlotBack() {
    machine.failures = 1;
    apply(DUE_ENTRIES);
    run(500 * MILLIS);
    assertThat(rig.context.host().snapshotSlot().get()).isNull();
    machine.onCapture = () -> {
      throw new IllegalStateException("no");
    };
    run(SECONDS);
    assertThat(rig.context.host().snapshotSlot().get()).isNull();
  }

  /** Nothing is known of what was thrown; it is tried again all the same. */
  @Test
  void whatCanNotBeDescribedIsTriedAgainToo() {
    machine.onCapture = () -> {
      throw new UnprintableError();
    };
    apply(DUE_ENTRIES);
    run(SECONDS);
    assertThat(told).isNotEmpty();
    assertThat(told.get(0)).endsWith(": " + UnprintableError.class.getName());
    machine.onCapture = () -> {};
    machine.onWrite = () -> {
      throw new UnprintableError();
    };
    run(4 * SECONDS);
    assertThat(taker.problem(rig.time.nowNanos()))
        .contains("could not be written: " + UnprintableError.class.getName());
    assertThat(rig.lines.lines("could not be written")).isNotEmpty();
    machine.onWrite = () -> {};
    machine.onClose = () -> {
      throw new UnprintableError();
    };
    run(20 * SECONDS);
    assertThat(saved).containsExactly(11L);
    assertThat(rig.lines.lines("closing the view of a snapshot failed")).isNotEmpty();
  }

  /** The application may still be at work with the view: it is not closed under its hands. */
  @Test
  void stoppingWaitsForTheViewAndGivesTheSnapshotUp() {
    apply(DUE_ENTRIES);
    CompletableFuture<Void> stopped = taker.stop();
    assertThat(stopped).isNotDone();
    run(SECONDS);
    assertThat(stopped).isDone();
    assertThat(machine.closed).isEqualTo(1);
    assertThat(saved).isEmpty();
    assertThat(rig.lines.lines("could not be written")).as("that was meant").isEmpty();
    apply(DUE_ENTRIES);
    run(600 * SECONDS);
    assertThat(machine.captured).isEqualTo(1);
  }

  /** Stopping has nothing to wait for then, and afterwards the application must not be asked for anything. */
  @Test
  void whoeverStopsAtTheMomentOfTheDecisionWaitsForNothingAndNothingIsCaptured() throws Exception {
    SnapshotRig other = new SnapshotRig(RaftOptions.builder()
        .snapshots(SnapshotOptions.builder().minLogBytes(1).build())
        .build());
    SnapshotTaker deciding = takerOf(other);
    Thread applying = new Thread(deciding::takeIfDue, "apply");
    CompletableFuture<Void> stopped;
    synchronized (other.archive) {
      // It has seen that nobody has stopped it, and asks for the newest snapshot now.
      applying.start();
      while (applying.getState() != Thread.State.BLOCKED) {
        assertThat(applying.isAlive()).isTrue();
        Thread.onSpinWait();
      }
      stopped = deciding.stop();
    }
    applying.join();
    other.time.runFor(SECONDS);
    assertThat(stopped).isDone();
    assertThat(machine.captured).isZero();
    assertThat(other.context.host().snapshotSlot().get()).as("it is free").isNull();
  }

  /** Does what the test says. */
  private static class Machine extends EmptySnapshots {
    static final byte[] CONTENT = "the state".getBytes(UTF_8);

    Runnable onCapture = () -> {};
    Runnable onWrite = () -> {};
    Runnable onClose = () -> {};
    int captured;
    int closed;

    /** How many views from now on fail in the middle. */
    int failures;

    @Override
    public SnapshotView capture() {
      captured++;
      onCapture.run();
      return new SnapshotView() {
        @Override
        public void writeTo(SnapshotWriter snapshot) throws IOException {
          var out = snapshot.file("state");
          onWrite.run();
          out.write(CONTENT, 0, 4);
          if (failures > 0) {
            failures--;
            throw new IOException("the disk of the application");
          }
          out.write(CONTENT, 4, CONTENT.length - 4);
        }

        @Override
        public void close() {
          closed++;
          onClose.run();
        }
      };
    }
  }

  private static final class MachineOnDisk extends Machine implements OnDiskStateMachine {
    @Override
    public EntryId appliedEntry() {
      return EntryId.NONE;
    }
  }
}
