package io.github.balsaraft.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.balsaraft.api.BatchingStateMachine;
import io.github.balsaraft.api.OnDiskStateMachine;
import io.github.balsaraft.api.SessionKeepingStateMachine;
import io.github.balsaraft.api.SessionRecord;
import io.github.balsaraft.model.EntryId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Ends the process of a state machine on disk between commands, and looks at what is left: the state, the entry that it says it is of,
 * and the sessions if it keeps them must be of one moment, whichever that is; and applying the commands behind it must lead to where
 * the others are. {@link OnDiskStateMachineContract} runs all of it; the methods can also be called one by one.
 */
public final class OnDiskChecks {

  private static final int COMMANDS = StateMachineChecks.COMMANDS;

  /** So few that records are replaced and deleted. */
  private static final int SESSION_KEYS = 5;

  private final Supplier<MachineDisk> emptyDisks;
  private final StateMachineChecks checks;
  private final int crashEvery;
  private final long seed;

  /** For each number of commands, whether a batch ends there, and the records that are written with it. */
  private final List<List<SessionRecord>> recordsAt = new ArrayList<>();

  /** For each number of commands, all records that there are then. */
  private final List<List<SessionRecord>> sessionsAt = new ArrayList<>();

  private final boolean[] endsBatch = new boolean[COMMANDS + 1];

  /** After so many commands it was told of an entry behind them. */
  private final boolean[] toldAt = new boolean[COMMANDS + 1];

  /** What a machine that was left alone has said: of each command, and after each. */
  private final List<byte[]> results = new ArrayList<>();

  private final List<List<byte[]>> answers = new ArrayList<>();

  /**
   * The checks with the same commands as those.
   *
   * @param emptyDisks makes a new, empty disk
   * @param crashEvery after so many commands a crash is tried, and at the ends of their batches
   * @param seed decides where batches end, and what is left of the unsynced
   */
  public OnDiskChecks(
      Supplier<MachineDisk> emptyDisks, StateMachineChecks checks, int crashEvery, long seed) {
    this.emptyDisks = emptyDisks;
    this.checks = checks;
    this.crashEvery = crashEvery;
    this.seed = seed;
    drawBatches(new Random(seed));
    listen();
  }

  private void drawBatches(Random random) {
    Map<Integer, SessionRecord> present = new TreeMap<>();
    for (int place = 0; place <= COMMANDS; place++) {
      endsBatch[place] = place == COMMANDS || random.nextInt(4) == 0;
      List<SessionRecord> records = new ArrayList<>();
      if (place > 0 && endsBatch[place] && random.nextBoolean()) {
        int number = random.nextInt(SESSION_KEYS);
        byte[] key = new byte[16];
        key[3] = (byte) number;
        if (present.containsKey(number) && random.nextInt(3) == 0) {
          records.add(SessionRecord.deleted(key));
          present.remove(number);
        } else {
          records.add(SessionRecord.of(key, new byte[] {(byte) place, 7}));
          present.put(number, records.get(0));
        }
      }
      recordsAt.add(records);
      sessionsAt.add(List.copyOf(present.values()));
    }
  }

  private void listen() {
    OnDiskStateMachine machine = emptyDisks.get().open();
    answers.add(checks.askAll(machine));
    for (int place = 0; place < COMMANDS; place++) {
      results.add(checks.applyAt(machine, place));
      answers.add(checks.askAll(machine));
    }
    close(machine);
  }

  /** The process is killed after each command and after each batch. */
  public void kill() {
    crash(MachineDisk::killNow, this::assertOfOneMoment);
  }

  /** The power is cut after each command and after each batch, and batches that were not synced are lost or torn. */
  public void cutPower() {
    Random random = new Random(seed);
    crash(disk -> disk.cutNow(random), this::assertOfOneMoment);
  }

  /** A snapshot of what a crash has left restores that state elsewhere, and says what it was told; also after another crash. */
  public void captureWhatIsLeft() {
    crash(MachineDisk::killNow, this::assertCaptured);
  }

  /**
   * Whose state it is, is durable once it is claimed, is what was claimed last, and is no part of the state: no snapshot has it, and a
   * restored state doesn't take its place. A machine that doesn't keep it never says anything.
   */
  public void claim() {
    byte[] first = {1, 2, 3};
    byte[] second = {4};
    Random random = new Random(seed);
    MachineDisk disk = emptyDisks.get();
    OnDiskStateMachine machine = disk.open();
    assertThat(owner(machine)).as("the owner that nobody has claimed to be").isNull();
    claim(machine, first);
    boolean keeps = owner(machine) != null;
    assertOwner(machine, keeps, first);
    assertOwnerLeft(disk, keeps, first, random);
    checks.applyWithinBatch(machine, 0);
    endBatch(machine, 1);
    Map<String, byte[]> files = SnapshottingChecks.capture(machine);
    claim(machine, second);
    assertOwner(machine, keeps, second);
    assertOwnerLeft(disk, keeps, second, random);
    close(machine);

    MachineDisk other = emptyDisks.get();
    OnDiskStateMachine restored = other.open();
    SnapshottingChecks.restore(restored, files, checks.entryBefore(1));
    assertThat(owner(restored)).as("the owner in a snapshot").isNull();
    claim(restored, second);
    SnapshottingChecks.restore(restored, files, checks.entryBefore(1));
    assertOwner(restored, keeps, second);
    assertOwnerLeft(other, keeps, second, random);
    assertThat(restored.appliedEntry())
        .as("the entry of a claimed state")
        .isEqualTo(checks.entryBefore(1));
    close(restored);
  }

  private static void assertOwnerLeft(
      MachineDisk disk, boolean keeps, byte[] claimed, Random random) {
    for (MachineDisk left : List.of(disk.killNow(), disk.cutNow(random))) {
      OnDiskStateMachine next = left.open();
      assertOwner(next, keeps, claimed);
      close(next);
    }
  }

  private static void assertOwner(OnDiskStateMachine machine, boolean keeps, byte[] claimed) {
    assertThat(owner(machine)).as("the owner").isEqualTo(keeps ? claimed : null);
  }

  private static byte @Nullable [] owner(OnDiskStateMachine machine) {
    try {
      return machine.owner();
    } catch (IOException e) {
      throw new AssertionError("whose state it is can't be read", e);
    }
  }

  private static void claim(OnDiskStateMachine machine, byte[] owner) {
    try {
      machine.claim(owner);
    } catch (IOException e) {
      throw new AssertionError("the state can't be claimed", e);
    }
  }

  private interface Look {
    /** Looks at what is left after so many commands. How many of them it holds. */
    int at(MachineDisk left, int place);
  }

  private void crash(UnaryOperator<MachineDisk> crash, Look look) {
    Random random = new Random(seed);
    MachineDisk disk = emptyDisks.get();
    OnDiskStateMachine machine = disk.open();
    int most = look.at(crash.apply(disk), 0);
    for (int place = 1; place <= COMMANDS; place++) {
      checks.applyWithinBatch(machine, place - 1);
      boolean isTried = place % crashEvery == 0;
      if (isTried) {
        most = Math.max(most, look.at(crash.apply(disk), place));
      }
      if (endsBatch[place]) {
        endBatch(machine, place);
        if (random.nextInt(8) == 0) {
          // Some machines write then only: a checkpoint holds all.
          machine.capture().close();
        }
        if (machine instanceof SessionKeepingStateMachine keeping && random.nextInt(4) == 0) {
          goOnWithoutCommands(keeping, place);
        }
        if (isTried) {
          most = Math.max(most, look.at(crash.apply(disk), place));
        }
      }
    }
    close(machine);
    assertThat(most)
        .as("how many commands the fullest state held after a crash")
        .isPositive();
  }

  private void endBatch(OnDiskStateMachine machine, int place) {
    if (machine instanceof SessionKeepingStateMachine keeping
        && !recordsAt.get(place).isEmpty()) {
      keeping.putSessions(checks.entryBefore(place), recordsAt.get(place));
    }
    if (machine instanceof BatchingStateMachine batching) {
      batching.endBatch();
    }
  }

  /** Entries that the machine doesn't see, and then a snapshot: what it is told before that must be there after a crash, and nothing else. */
  private void goOnWithoutCommands(SessionKeepingStateMachine machine, int place) {
    EntryId told = behind(checks.entryBefore(place));
    if (place < COMMANDS && told.index() == checks.entryBefore(place + 1).index()) {
      return;
    }
    toldAt[place] = true;
    machine.putSessions(told, List.of());
    machine.endBatch();
    assertThat(machine.appliedEntry())
        .as("the entry after a batch without commands")
        .isEqualTo(told);
    assertThat(machine.sessionRecords())
        .as("sessions after a batch without commands")
        .containsExactlyInAnyOrderElementsOf(sessionsAt.get(place));
  }

  /** Behind the last command there may be entries that no machine sees. */
  private static EntryId behind(EntryId last) {
    return new EntryId(Math.max(1, last.term()), last.index() + 1);
  }

  private int assertOfOneMoment(MachineDisk left, int place) {
    OnDiskStateMachine machine = left.open();
    int found = placeOf(machine.appliedEntry(), place);
    assertGoesOn(machine, found);
    close(machine);
    return found;
  }

  private int assertCaptured(MachineDisk left, int place) {
    OnDiskStateMachine machine = left.open();
    int found = placeOf(machine.appliedEntry(), place);
    EntryId told = behind(checks.entryBefore(found));
    Map<String, byte[]> files = SnapshottingChecks.capture(machine);
    close(machine);
    MachineDisk disk = emptyDisks.get();
    OnDiskStateMachine restored = disk.open();
    SnapshottingChecks.restore(restored, files, told);
    assertThat(restored.appliedEntry()).as("the entry of a restored state").isEqualTo(told);
    MachineDisk killed = disk.killNow();
    assertGoesOn(restored, found);
    close(restored);
    OnDiskStateMachine again = killed.open();
    EntryId entry = again.appliedEntry();
    assertGoesOn(again, entry.equals(told) ? found : placeOf(entry, found));
    close(again);
    return found;
  }

  /** How many commands there are up to an entry, which must be that of a command that was applied, or one behind it that was told. */
  private int placeOf(EntryId entry, int applied) {
    for (int place = 0; place <= applied; place++) {
      EntryId last = checks.entryBefore(place);
      if (last.equals(entry) || (toldAt[place] && behind(last).equals(entry))) {
        return place;
      }
    }
    throw new AssertionError("after " + applied + " commands up to " + checks.entryBefore(applied)
        + " a crash has left a state that says it is of " + entry);
  }

  private void assertGoesOn(OnDiskStateMachine machine, int place) {
    StateMachineChecks.assertSame(
        checks.askAll(machine), answers.get(place), "after " + place + " commands answer");
    if (machine instanceof SessionKeepingStateMachine keeping) {
      assertThat(keeping.sessionRecords())
          .as("sessions of a state that holds %s commands", place)
          .containsExactlyInAnyOrderElementsOf(sessionsAt.get(place));
    }
    for (int next = place; next < COMMANDS; next++) {
      StateMachineChecks.assertSame(
          List.of(checks.applyAt(machine, next)),
          List.of(results.get(next)),
          "left with " + place + " commands, of command " + next + " result");
    }
    StateMachineChecks.assertSame(
        checks.askAll(machine),
        answers.get(COMMANDS),
        "left with " + place + ", at the end answer");
  }

  static void close(OnDiskStateMachine machine) {
    if (machine instanceof AutoCloseable closeable) {
      try {
        closeable.close();
      } catch (Exception e) {
        throw new AssertionError("the state machine can't be closed", e);
      }
    }
  }
}
