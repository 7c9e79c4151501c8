package io.github.balsaraft.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.balsaraft.model.CorruptDataException;
import io.github.balsaraft.model.UnknownFormatException;
import io.github.balsaraft.storage.LogStore;
import io.github.balsaraft.storage.LogStoreException;
import io.github.balsaraft.storage.LogWrite;
import io.github.balsaraft.storage.RecoveredState;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Does to a store and its {@link FaultyDisk} what disks do, after each write of a script, and fails if the store then breaks
 * a promise of {@link LogStore}. {@link LogStoreFaultsContract} runs all of it; the methods can also be called one by one.
 *
 * <p>Whatever happens, the store must recover the state after some beginning of the script that has all the acknowledged
 * writes in it, and go on from there.
 */
public final class LogStoreFaults {

  private final Supplier<FaultyDisk> emptyDisks;
  private final List<LogWrite> script;
  private final Random random;

  /**
   * The faults of a seed.
   *
   * @param emptyDisks makes a new disk for each test
   */
  public LogStoreFaults(Supplier<FaultyDisk> emptyDisks, long seed) {
    this.emptyDisks = emptyDisks;
    this.script = WriteScript.of(seed);
    this.random = new Random(seed);
  }

  /** Power is cut during each write and after it. */
  public void cutPower() {
    FaultyDisk disk = emptyDisks.get();
    try (LogStore store = disk.open()) {
      store.recover();
      for (int done = 0; done < script.size(); done++) {
        disk.writeBegins();
        store.write(script.get(done));
        for (FaultyDisk left : notNone(disk.cutDuringWrite(random))) {
          checkAndGoOn(left, done, done + 1, "the power was cut during write " + done);
        }
        for (FaultyDisk left : notNone(disk.cutNow(random))) {
          checkAndGoOn(left, done + 1, done + 1, "the power was cut after write " + done);
        }
      }
    }
  }

  /**
   * The process is killed after each write, and in the middle of it when an operation has failed; another recovers, and then the
   * power is cut: what was recovered must be there, also what was in the page cache only.
   */
  public void cutPowerAfterRecovery() {
    FaultyDisk disk = emptyDisks.get();
    try (LogStore store = disk.open()) {
      store.recover();
      for (int done = 0; done < script.size(); done++) {
        FaultyDisk tried = disk.killNow();
        for (int operation = 0; failAndKill(tried, done, operation); operation++) {
          tried = disk.killNow();
        }
        store.write(script.get(done));
        checkAndCut(
            disk.killNow(), done + 1, done + 1, "the process was killed after write " + done);
      }
    }
  }

  /** Whether the write has an operation of that number. */
  private boolean failAndKill(FaultyDisk disk, int done, int operation) {
    FaultyDisk killed;
    try (LogStore store = disk.open()) {
      store.recover();
      disk.failOperation(operation);
      try {
        store.write(script.get(done));
        return disk.hasFailed();
      } catch (LogStoreException e) {
        killed = disk.killNow();
      }
    }
    String story = "operation " + operation + " of write " + done + " failed";
    checkAndCut(killed, done, done + 1, story + " and the process was killed");
    return true;
  }

  /** Each operation of each write fails: the store says so, refuses later writes, and after a restart nothing is lost or torn. */
  public void failOperations() {
    FaultyDisk disk = emptyDisks.get();
    int failures = 0;
    try (LogStore store = disk.open()) {
      store.recover();
      for (int done = 0; done < script.size(); done++) {
        FaultyDisk tried = disk.killNow();
        for (int operation = 0; failOperation(tried, done, operation); operation++) {
          failures++;
          tried = disk.killNow();
        }
        store.write(script.get(done));
      }
    }
    assertThat(failures)
        .as("a write has at least one operation")
        .isGreaterThanOrEqualTo(script.size());
  }

  /** Whether the write has an operation of that number. */
  private boolean failOperation(FaultyDisk disk, int done, int operation) {
    String story = "operation " + operation + " of write " + done + " failed";
    List<FaultyDisk> left = new ArrayList<>();
    FailureListener listener = new FailureListener();
    try (LogStore store = disk.open()) {
      store.recover();
      store.onFailure(listener);
      disk.failOperation(operation);
      LogWrite write = script.get(done);
      try {
        store.write(write);
        assertThat(disk.hasFailed())
            .as(story + ", and the write was acknowledged")
            .isFalse();
        return false;
      } catch (LogStoreException e) {
        assertThat(disk.hasFailed())
            .as("refused without a reason: %s", e.getMessage())
            .isTrue();
      }
      left.add(oneOf(disk.cutNow(random)));
      for (int attempt = 0; attempt < 3; attempt++) {
        assertThatThrownBy(() -> store.write(write))
            .as(story + ", and a later write was not refused")
            .isInstanceOf(LogStoreException.class);
      }
      left.add(oneOf(disk.cutNow(random)));
    }
    assertThat(listener.calls())
        .as(story + ", of which whoever listens is told once, or not since the write has thrown it")
        .isLessThanOrEqualTo(1);
    for (FaultyDisk each : left) {
      checkAndGoOn(each, done, done + 1, story + " and the power was cut");
    }
    return true;
  }

  /**
   * Work in the background fails between two writes: the store tells whoever listens, once, refuses later writes, and has lost nothing.
   * A store that does nothing in the background tells nobody.
   */
  public void failInBackground() {
    FaultyDisk disk = emptyDisks.get();
    int done = script.size() / 2;
    FaultyDisk left;
    try (LogStore store = disk.open()) {
      store.recover();
      FailureListener listener = new FailureListener();
      store.onFailure(listener);
      script.subList(0, done).forEach(store::write);
      assertThat(listener.calls()).as("failures of a store that has none").isZero();
      if (!disk.failInBackground()) {
        return;
      }
      listener.await();
      for (int attempt = 0; attempt < 3; attempt++) {
        assertThatThrownBy(() -> store.write(script.get(done)))
            .as("a write after a failure that was told")
            .isInstanceOf(LogStoreException.class);
      }
      FailureListener late = new FailureListener();
      store.onFailure(late);
      assertThat(late.calls()).as("told at once of what had failed before").isEqualTo(1);
      assertThat(listener.calls()).as("how often a failure is told").isEqualTo(1);
      left = oneOf(disk.cutNow(random));
    }
    checkAndGoOn(left, done, done, "work in the background failed after write " + (done - 1));
  }

  /** Counts what a store tells. Thread-safe. */
  private static final class FailureListener implements Consumer<LogStoreException> {
    private static final long PATIENCE_SECONDS = 30;

    private final AtomicInteger calls = new AtomicInteger();
    private final CountDownLatch called = new CountDownLatch(1);

    @Override
    public void accept(LogStoreException failure) {
      calls.incrementAndGet();
      called.countDown();
    }

    int calls() {
      return calls.get();
    }

    void await() {
      try {
        assertThat(called.await(PATIENCE_SECONDS, TimeUnit.SECONDS))
            .as("a failure that no write was there to throw is told")
            .isTrue();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted while waiting", e);
      }
    }
  }

  /**
   * Each operation of a recovery fails, of an empty disk, after each write, and after one that the power has cut short: it is
   * refused, and the next finds everything.
   */
  public void failRecovery() {
    FaultyDisk disk = emptyDisks.get();
    int failures = 0;
    while (failRecovery(emptyDisks.get(), 0, 0, failures)) {
      failures++;
    }
    try (LogStore store = disk.open()) {
      store.recover();
      for (int done = 0; done < script.size(); done++) {
        disk.writeBegins();
        store.write(script.get(done));
        failures += failRecoveries(oneOf(disk.cutDuringWrite(random)), done, done + 1);
        failures += failRecoveries(disk, done + 1, done + 1);
      }
    }
    if (disk.recoveryHasOperations()) {
      assertThat(failures).as("operations of recoveries that have failed").isPositive();
    }
  }

  private int failRecoveries(FaultyDisk disk, int least, int most) {
    int failures = 0;
    while (failRecovery(disk.killNow(), least, most, failures)) {
      failures++;
    }
    return failures;
  }

  /** Whether the recovery has an operation of that number. */
  private boolean failRecovery(FaultyDisk disk, int least, int most, int operation) {
    String story = "operation " + operation + " of a recovery after " + least + " or " + most
        + " writes failed";
    disk.failOperation(operation);
    try (LogStore store = disk.open()) {
      try {
        store.recover();
        assertThat(disk.hasFailed()).as(story + ", and it was not refused").isFalse();
        return false;
      } catch (LogStoreException e) {
        assertThat(disk.hasFailed())
            .as("refused without a reason: %s", e.getMessage())
            .isTrue();
      }
    }
    checkAndGoOn(oneOf(disk.cutNow(random)), least, most, story + " and the power was cut");
    return true;
  }

  /** Bits flip in what is stored: it is refused, or called damaged when it is read, or does no harm; it is never believed. */
  public void flipBits() {
    FaultyDisk disk = emptyDisks.get();
    int noticed = 0;
    try (LogStore store = disk.open()) {
      store.recover();
      for (int done = 0; done < script.size(); done++) {
        store.write(script.get(done));
        if (done % 4 == 3) {
          for (FaultyDisk damaged : notNone(disk.flipBits(random))) {
            noticed += isNoticed(damaged, done + 1) ? 1 : 0;
          }
        }
      }
    }
    assertThat(noticed).as("flipped bits that the store has noticed").isPositive();
  }

  private boolean isNoticed(FaultyDisk damaged, int done) {
    try (LogStore store = damaged.open()) {
      RecoveredState recovered;
      try {
        recovered = store.recover();
      } catch (LogStoreException | CorruptDataException | UnknownFormatException e) {
        return true;
      } catch (RuntimeException e) {
        throw new AssertionError("recover doesn't say what is wrong", e);
      }
      try {
        return stateAfter(done).assertHeldOrDamaged(store, recovered) > 0;
      } catch (AssertionError e) {
        throw new AssertionError("a bit flipped after write " + (done - 1) + " is believed", e);
      }
    }
  }

  private void checkAndGoOn(FaultyDisk disk, int least, int most, String story) {
    FaultyDisk later;
    int next;
    try (LogStore store = disk.open()) {
      next = writesIn(store, least, most, story);
      if (next == script.size()) {
        return;
      }
      store.write(script.get(next));
      later = oneOf(disk.cutNow(random));
    }
    try (LogStore store = later.open()) {
      writesIn(store, next + 1, next + 1, story + ", and after one more write once more");
    }
  }

  private void checkAndCut(FaultyDisk disk, int least, int most, String story) {
    FaultyDisk later;
    int recovered;
    try (LogStore store = disk.open()) {
      recovered = writesIn(store, least, most, story);
      later = oneOf(disk.cutNow(random));
    }
    try (LogStore store = later.open()) {
      writesIn(store, recovered, recovered, story + ", recovered, and the power was cut");
    }
  }

  /** Recovers, and says how many writes of the script are there. */
  private int writesIn(LogStore store, int least, int most, String story) {
    RecoveredState recovered;
    try {
      recovered = store.recover();
    } catch (LogStoreException e) {
      throw new AssertionError(story + ", and nothing can be recovered", e);
    }
    AssertionError wrong = new AssertionError(story
        + ", and what is recovered is not the state after " + least + " to " + most + " writes");
    for (int writes = most; writes >= least; writes--) {
      try {
        stateAfter(writes).assertHeldBy(store, recovered);
        return writes;
      } catch (AssertionError | LogStoreException | CorruptDataException e) {
        wrong.addSuppressed(e);
      }
    }
    throw wrong;
  }

  private StoreModel stateAfter(int writes) {
    return StoreModel.after(script.subList(0, writes));
  }

  private FaultyDisk oneOf(List<FaultyDisk> disks) {
    return notNone(disks).get(random.nextInt(disks.size()));
  }

  private static List<FaultyDisk> notNone(List<FaultyDisk> disks) {
    assertThat(disks).as("a fault leaves a disk").isNotEmpty();
    return disks;
  }
}
