package io.github.balsaraft.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** Steps go on after threads could not be had for them. */
class SerialStepsTest {

  private final List<String> ran = new ArrayList<>();

  /** What the threads and the timer have been handed. */
  private final Deque<Runnable> turns = new ArrayDeque<>();

  private final Deque<Runnable> timers = new ArrayDeque<>();
  private boolean isExhausted;
  private boolean keepsWhatItRefuses;
  private boolean timerIsExhausted;
  private final SerialSteps steps = new SerialSteps(this::execute, this::schedule);

  private void execute(Runnable turn) {
    if (!isExhausted || keepsWhatItRefuses) {
      turns.add(turn);
    }
    if (isExhausted) {
      throw new OutOfMemoryError("no thread");
    }
  }

  private void schedule(long pauseNanos, Runnable task) {
    if (timerIsExhausted) {
      throw new OutOfMemoryError("no timer");
    }
    timers.add(task);
  }

  private void add(String name) {
    steps.add(() -> ran.add(name));
  }

  private void runTurns() {
    while (!turns.isEmpty()) {
      turns.remove().run();
    }
  }

  @Test
  void aTimerBringsThemBack() {
    isExhausted = true;
    add("a");
    timers.remove().run();
    isExhausted = false;
    timers.remove().run();
    runTurns();
    assertThat(ran).containsExactly("a");
    assertThat(timers).isEmpty();
  }

  @Test
  void withoutATimerTheNextStepBringsThemBack() {
    isExhausted = true;
    timerIsExhausted = true;
    add("a");
    isExhausted = false;
    add("b");
    runTurns();
    assertThat(ran).containsExactly("a", "b");
  }

  /** Some executors take what they are given, and throw since they can't start a thread. */
  @Test
  void twoTurnsAreNoTwoRuns() {
    isExhausted = true;
    keepsWhatItRefuses = true;
    add("a");
    isExhausted = false;
    steps.add(() -> {
      ran.add("b");
      Runnable other = turns.remove();
      add("c");
      other.run();
      ran.add("end of b");
    });
    assertThat(turns).hasSize(2);
    runTurns();
    assertThat(ran).containsExactly("a", "b", "end of b", "c");
    turns.addAll(timers);
    runTurns();
    assertThat(ran).hasSize(4);
  }

  @Test
  void aTurnThatWasKeptAfterAllIsEnough() {
    isExhausted = true;
    keepsWhatItRefuses = true;
    timerIsExhausted = true;
    add("a");
    runTurns();
    assertThat(ran).containsExactly("a");
  }

  @Test
  void whereTheThreadsHaveEndedTheyRunWhereTheyAreAdded() {
    SerialSteps ended = new SerialSteps(
        turn -> {
          throw new RejectedExecutionException("ended");
        },
        this::schedule);
    ended.add(() -> ran.add("a"));
    assertThat(ran).containsExactly("a");
  }
}
